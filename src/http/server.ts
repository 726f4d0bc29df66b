import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { Failure, reasonOf } from '../errors.ts';
import { answerClientError } from './client-error.ts';
import { Connections, type PeerLimits } from './connections.ts';
import { listen } from './listen.ts';
import type { KeyPair } from './reload.ts';
import { Shares } from './shares.ts';

export type Limits = Omit<PeerLimits, 'idleAbove'> & {
  headersTimeoutMs: number;
  keepAliveTimeoutMs: number;
  maxHeaderBytes: number;
  maxConnections: number;
  /** of those, from one address */
  maxConnectionsOfOne: number;
};

/** Idle connections outlive the pools of every registry client (Go's keep theirs for 90 s). */
export const defaultLimits: Limits = {
  headersTimeoutMs: 15_000,
  keepAliveTimeoutMs: 100_000,
  maxHeaderBytes: 64 * 1024,
  maxConnections: 4_096,
  maxConnectionsOfOne: 2_048,
  maxPipelined: 32,
  requestTimeoutMs: 30_000,
  upload: { bytesPerSecond: 1024, windowMs: 30_000 },
  download: { bytesPerSecond: 8 * 1024, windowMs: 60_000 },
};

export interface HttpServer {
  /**
   * @param reusePort whether other servers may listen on the same address, all of which say so: the kernel gives each
   *   connection to one of them
   * @throws Failure `unavailable` when the address is taken or not this machine's
   */
  listen(port: number, host: string, reusePort?: boolean): Promise<AddressInfo>;
  /** bytes that went to clients so far: of answers with their heads, before encryption */
  readonly sent: number;
  /** connections that are open */
  readonly open: number;
  /** connections that were closed at once: all that there may be were open, or all that one client may have */
  readonly turnedAway: { readonly server: number; readonly client: number };
  /** Shows another certificate to whoever connects from now on. @throws Failure `invalid`; the old one stays */
  replaceKeyPair(pair: KeyPair): void;
  /** Goes on as before, but each answer is the last of its connection, and says so. */
  retire(): void;
  /**
   * Accepts no more, closes idle connections, lets running answers finish and cuts what is left after `graceMs`. A
   * second call may shorten the grace.
   */
  close(graceMs: number): Promise<void>;
}

/**
 * An HTTP/1.1 server, over TLS 1.2 or later where `tls` is given in PEM, that no slow or broken client can hold up.
 * @throws Failure `invalid` for a certificate or key that cannot be used
 */
export function createServer(options: {
  listener: RequestListener;
  tls?: KeyPair | undefined;
  limits?: Partial<Limits>;
}): HttpServer {
  const limits = { ...defaultLimits, ...options.limits };
  const server = createBare(limits, options.tls);
  const idleAbove = Math.floor(limits.maxConnections * 0.75);
  const connections = new Connections({ ...limits, idleAbove }, (request) => uploads.has(request));
  const accepted = new Set<Socket>();
  const shares = new Shares(limits.maxConnectionsOfOne);
  const turnedAway = { server: 0, client: 0 };
  server.on('drop', () => turnedAway.server++);
  server.on('connection', (socket) => {
    const { remoteAddress = '' } = socket;
    if (shares.isFull(remoteAddress)) {
      turnedAway.client++;
      socket.destroy();
      return;
    }
    shares.take(remoteAddress);
    accepted.add(socket);
    socket.once('close', () => {
      accepted.delete(socket);
      shares.giveBack(remoteAddress);
    });
  });
  server.on(options.tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) =>
    connections.add(socket),
  );
  server.on('clientError', (error, socket) =>
    answerClientError(error, socket, connections.isAnswering(socket)),
  );
  server.on('request', (request, response) => {
    connections.begin(request, response);
    options.listener(request, response);
  });
  let closed: Promise<void> | undefined;
  return {
    listen: (port, host, reusePort = false) => listen(server, { port, host, reusePort }),
    get sent() {
      return connections.sent;
    },
    get open() {
      return connections.open;
    },
    turnedAway,
    replaceKeyPair: (pair) => {
      if (server instanceof HttpsServer) server.setSecureContext(secure(pair));
    },
    retire: () => connections.retire(),
    close: async (graceMs) => {
      closed ??= new Promise((resolve) => server.close(() => resolve()));
      connections.drain();
      const timer = setTimeout(() => accepted.forEach((socket) => socket.destroy()), graceMs);
      await closed;
      clearTimeout(timer);
      connections.close();
    },
  };
}

/** Marks a request whose body may take any time, so long as it comes at the minimum rate. */
export function allowSlowBody(request: IncomingMessage): void {
  uploads.add(request);
}

const uploads = new WeakSet<IncomingMessage>();

function createBare(limits: Limits, tls: KeyPair | undefined): Server | HttpsServer {
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: Math.min(limits.headersTimeoutMs / 4, 1_000),
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    maxHeaderSize: limits.maxHeaderBytes,
    // Node's bound is one for all requests, uploads too; ours is in Connections.
    requestTimeout: 0,
  };
  const server =
    tls === undefined
      ? createHttpServer(options)
      : createHttpsServer({ ...options, ...secure(tls), handshakeTimeout: limits.headersTimeoutMs });
  server.maxConnections = limits.maxConnections;
  return server;
}

/**
 * What a server is given of a certificate and its key. Checked before, since a server would forget the old one first.
 * @throws Failure `invalid` where they cannot be used together
 */
export function secure({ cert, key }: KeyPair): KeyPair & { minVersion: 'TLSv1.2' } {
  const context = { cert, key, minVersion: 'TLSv1.2' } as const;
  try {
    // A context takes an empty certificate or key for none at all.
    const fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    if (!fits) throw new Error('the key is of another certificate');
    createSecureContext(context);
  } catch (cause) {
    const why = reasonOf(cause);
    throw new Failure('invalid', `The TLS certificate and key cannot be used together: ${why}`, { cause });
  }
  return context;
}
