import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Pace, type MinimumRate } from './pace.ts';

export type PeerLimits = {
  /** Of the open connections, above which each one more costs the one that has been idle for longest. */
  idleAbove: number;
  /** In which a request's body must have come whole, unless it is an upload. */
  requestTimeoutMs: number;
  /** Requests of one connection that may wait for their answers; clients of registries send one after the other. */
  maxPipelined: number;
  /** What who sends an upload must keep while we wait for more of it. */
  upload: MinimumRate;
  /**
   * What who reads an answer must keep while bytes wait in the socket. Only whole writes count, so none should be longer
   * than a window's worth.
   */
  download: MinimumRate;
};

type Connection = { exchanges: Set<Exchange>; reading: Pace };

/** A request and its answer. It lasts until both are over, in whichever order. */
type Exchange = {
  request: IncomingMessage;
  response: ServerResponse;
  answered: boolean;
  startedAt: number;
  /** From when it is first looked at: few requests have a body. */
  sending?: Pace;
};

/** The open connections of one server: cuts those whose peer is too slow, and lets the others end well. */
export class Connections {
  readonly #limits: PeerLimits;
  readonly #isUpload: (request: IncomingMessage) => boolean;
  readonly #open = new Map<Socket, Connection>();
  /** those that wait for another request, longest first */
  readonly #idle = new Set<Socket>();
  readonly #sweeper: NodeJS.Timeout;
  /** by connections that are closed */
  #sent = 0;
  #retiring = false;
  #draining = false;

  constructor(limits: PeerLimits, isUpload: (request: IncomingMessage) => boolean) {
    const shortest = Math.min(limits.requestTimeoutMs, limits.upload.windowMs, limits.download.windowMs);
    this.#limits = limits;
    this.#isUpload = isUpload;
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(shortest / 10, 1_000)).unref();
  }

  add(socket: Socket): void {
    const reading = new Pace(this.#limits.download, performance.now(), 0);
    this.#open.set(socket, { exchanges: new Set(), reading });
    if (this.#open.size > this.#limits.idleAbove) this.#closeIdle();
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#idle.delete(socket);
      this.#sent += sentBy(socket);
    });
  }

  get open(): number {
    return this.#open.size;
  }

  /** bytes that went to peers since the server began: of answers with their heads, before encryption */
  get sent(): number {
    return [...this.#open.keys()].reduce((sum, socket) => sum + sentBy(socket), this.#sent);
  }

  /** Takes note of a request, before it is answered. */
  begin(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const exchanges = this.#open.get(socket)?.exchanges;
    const exchange: Exchange = { request, response, answered: false, startedAt: performance.now() };
    exchanges?.add(exchange);
    this.#idle.delete(socket);
    if (exchanges !== undefined && exchanges.size > this.#limits.maxPipelined) socket.destroy();
    if (this.#retiring) response.shouldKeepAlive = false;
    response.on('close', () => {
      exchange.answered = true;
      if (request.complete) exchanges?.delete(exchange);
      if (this.isAnswering(socket) || !this.#open.has(socket)) return;
      if (this.#draining) socket.destroySoon();
      else this.#idle.add(socket);
    });
  }

  /** Whether a request on this connection has no complete answer yet. */
  isAnswering(socket: Socket): boolean {
    const exchanges = this.#open.get(socket)?.exchanges ?? [];
    return [...exchanges].some(({ answered }) => !answered);
  }

  /** Ends each connection after its next answer, which says so: who has it goes elsewhere without a failed request. */
  retire(): void {
    this.#retiring = true;
    for (const { exchanges } of this.#open.values()) {
      for (const { response } of exchanges) response.shouldKeepAlive = false;
    }
  }

  /** The same, and ends idle connections at once. */
  drain(): void {
    this.retire();
    this.#draining = true;
    for (const socket of this.#open.keys()) {
      if (!this.isAnswering(socket)) socket.destroySoon();
    }
  }

  /** Stops looking after them. */
  close(): void {
    clearInterval(this.#sweeper);
  }

  /**
   * A node leaves some three connections behind with each pull, for half a minute: while it is busy a fleet would take them
   * all, and whoever comes next would be turned away. A client that finds its idle connection closed opens another.
   */
  #closeIdle(): void {
    const [longest] = this.#idle;
    if (longest === undefined) return;
    this.#idle.delete(longest);
    longest.destroySoon();
  }

  #sweep(): void {
    const now = performance.now();
    for (const [socket, { exchanges, reading }] of this.#open) {
      const slow = reading.tooSlow(now, sentBy(socket), socket.writableLength > 0);
      const late = [...exchanges].some((exchange) => this.#isLate(exchange, socket, now));
      if (slow || late) socket.destroy();
      for (const exchange of exchanges) {
        if (exchange.answered && exchange.request.complete) exchanges.delete(exchange);
      }
    }
  }

  #isLate(exchange: Exchange, socket: Socket, now: number): boolean {
    const { request, startedAt } = exchange;
    if (request.complete) return false;
    if (!this.#isUpload(request)) return now - startedAt > this.#limits.requestTimeoutMs;
    // Bytes that nobody has read yet: it is our turn.
    exchange.sending ??= new Pace(this.#limits.upload, now, socket.bytesRead);
    return exchange.sending.tooSlow(now, socket.bytesRead, request.readableLength === 0);
  }
}

/** bytes that have left the socket's buffer */
function sentBy(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
