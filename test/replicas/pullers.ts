import { createHash } from 'node:crypto';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { basic } from '../helpers/basic.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import type { Manifest } from './image.ts';

/** What became of all pulls. */
export type Tally = {
  pulls: number;
  requests: number;
  bytes: number;
  /** requests that were sent once more: see `send` */
  retries: number;
  /** what failed, with the time in seconds since the start */
  failures: string[];
};

export type Pullers = {
  tally: Tally;
  /** Lets each finish the pull that it is at. */
  stop: () => Promise<Tally>;
};

type Options = {
  host: string;
  /** `name:password` */
  user: string;
  count: number;
  /** `<repository>:<tag>`, which each pulls in turn */
  images: readonly string[];
  /** Milliseconds that a puller takes after each chunk of a body; `nth` tells pullers apart. */
  pace?: (nth: number) => number;
  /** Milliseconds between two pulls of one puller. */
  restMs?: number;
};

/** Starts clients that pull again and again until their owner ends, each over connections of its own which it keeps as long as it may. */
export function startPullers(owner: Owner, options: Options): Pullers {
  const tally: Tally = { pulls: 0, requests: 0, bytes: 0, retries: 0, failures: [] };
  const start = performance.now();
  const stopping = new AbortController();
  const all = Array.from({ length: options.count }, async (_, nth) => {
    const { images, restMs = 20 } = options;
    const client = new Client(options, options.pace?.(nth) ?? 0, tally);
    for (let round = nth; !stopping.signal.aborted; round++) {
      const image = images[round % images.length] ?? '';
      try {
        await client.pull(image);
        tally.pulls++;
      } catch (error) {
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        tally.failures.push(`${seconds} s, puller ${nth}, ${image}: ${String(error)}`);
      }
      await delay(restMs);
    }
    client.close();
  });
  const stop = async (): Promise<Tally> => {
    stopping.abort();
    await Promise.all(all);
    return tally;
  };
  atEnd(owner, async () => void (await stop()));
  return { tally, stop };
}

/** A connection that was used before ended before a byte of the answer came. */
class ClosedUnheard extends Error {}

type Answer = { headers: IncomingMessage['headers']; digest: string; body: Buffer };

/** A registry client: a HEAD of the tag, then everything by digest, of which it believes nothing. */
class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #options: Options;
  readonly #chunkMs: number;
  readonly #tally: Tally;

  constructor(options: Options, chunkMs: number, tally: Tally) {
    this.#options = options;
    this.#chunkMs = chunkMs;
    this.#tally = tally;
  }

  async pull(image: string): Promise<void> {
    const [repository, tag] = image.split(':');
    const head = await this.#send('HEAD', `/v2/${repository}/manifests/${tag}`);
    const digest = String(head.headers['docker-content-digest']);
    const { body } = await this.#verified(`/v2/${repository}/manifests/${digest}`, digest);
    const { config, layers } = JSON.parse(body.toString()) as Manifest;
    for (const blob of [config, ...layers])
      await this.#verified(`/v2/${repository}/blobs/${blob.digest}`, blob.digest);
  }

  close(): void {
    this.#agent.destroy();
  }

  async #verified(path: string, digest: string): Promise<Answer> {
    const answer = await this.#send('GET', path);
    if (answer.digest !== digest) throw new Error(`${path}: its bytes have the digest ${answer.digest}`);
    return answer;
  }

  /**
   * One thing alone is tried again, once: a request on a connection that was used before and ends before a byte of the answer
   * came. The server may have closed it before it saw the request, so every HTTP client does that.
   */
  async #send(method: string, path: string): Promise<Answer> {
    try {
      return await this.#once(method, path, this.#agent);
    } catch (error) {
      if (!(error instanceof ClosedUnheard)) throw error;
      this.#tally.retries++;
      return this.#once(method, path, new Agent());
    }
  }

  #once(method: string, path: string, agent: Agent): Promise<Answer> {
    const { host, user } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    this.#tally.requests++;
    const sent = request(`http://${host}${path}`, { method, agent, headers: { authorization: basic(user) } });
    sent.on('response', (response) => {
      const failed = (what: string): Error => new Error(`${method} ${path}: ${response.statusCode} ${what}`);
      const answered = this.#receive(response).then((answer) => {
        if (response.statusCode !== 200) throw failed(answer.body.toString());
        return answer;
      });
      resolve(answered);
    });
    let heardBefore = NaN;
    sent.on('socket', (socket) => (heardBefore = socket.bytesRead));
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      const unheard = sent.reusedSocket && isClosed && sent.socket?.bytesRead === heardBefore;
      reject(unheard ? new ClosedUnheard() : new Error(`${method} ${path}: ${String(error)}`));
    });
    sent.end();
    return promise;
  }

  async #receive(response: IncomingMessage): Promise<Answer> {
    const hash = createHash('sha256');
    const small: Buffer[] = [];
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      hash.update(chunk);
      this.#tally.bytes += chunk.length;
      if ((size += chunk.length) < 100_000) small.push(chunk);
      if (this.#chunkMs > 0) await delay(this.#chunkMs);
    }
    return { headers: response.headers, digest: `sha256:${hash.digest('hex')}`, body: Buffer.concat(small) };
  }
}
