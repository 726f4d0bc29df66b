import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { digestOf, hashOf } from './objects.ts';

const stack = 'cflinuxfs4';
export const versions = ['1.0', '2.0'] as const;

/**
 * Stands before a real facade, which keeps stacks, versions and papers. What it would have to know of each droplet, and has
 * not converted here, is answered for it.
 */
export class StandInFacade {
  readonly requests: Record<string, { count: number; milliseconds: number; bytes: number }> = {};
  readonly #host: string;
  readonly #placements = new Map<string, string>();
  #promoted: string = versions[0];

  /** @param host of the real one */
  constructor(host: string) {
    this.#host = host;
  }

  resolve(guid: string): string {
    return this.#placements.get(guid) ?? this.#promoted;
  }

  /** @returns `host:port` */
  async listen(): Promise<string> {
    const server = createServer((request, response) => {
      void this.#answer(request, response).catch((error: unknown) => {
        process.stderr.write(`${request.method} ${request.url}: ${String(error)}\n`);
        response.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [asked, path = ''] = [performance.now(), request.url];
    const body = await buffer(request);
    response.once('close', () => this.#count(request.method ?? '', path, asked, body.length));
    if (path === '/api/v1/images/identify') identify(body, response);
    else if (path.endsWith('/impact')) impact(body, response);
    else if (path.endsWith('/warm')) warm(path, response);
    else await this.#pass(request, body, response);
  }

  #count(method: string, path: string, asked: number, bytes: number): void {
    const kind = path
      .replace(/\?.*/, '')
      .replace(/\/droplets\/.*\//, '/droplets/…/')
      .replace(/\/rolls\/.*/, '/rolls/…');
    const counted = (this.requests[`${method} ${kind}`] ??= { count: 0, milliseconds: 0, bytes: 0 });
    counted.count++;
    counted.milliseconds += performance.now() - asked;
    counted.bytes += bytes;
  }

  async #pass(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const [host, port] = this.#host.split(':');
    const { method = 'GET', url = '/' } = request;
    const { 'transfer-encoding': _, ...headers } = request.headers;
    const passed = ask({
      host,
      port,
      method,
      path: url,
      headers: { ...headers, 'content-length': body.length },
    });
    passed.end(body);
    const [answer] = (await once(passed, 'response')) as [IncomingMessage];
    if ((answer.statusCode ?? 500) < 300) this.#note(method, url, body);
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  }

  /** Where its tags lead from then on. */
  #note(method: string, path: string, body: Buffer): void {
    if (method === 'PUT' && path.endsWith('/promoted'))
      this.#promoted = (JSON.parse(body.toString()) as { version: string }).version;
    if (method !== 'PATCH') return;
    const placements = JSON.parse(body.toString()) as Record<string, string | null>;
    for (const [guid, version] of Object.entries(placements)) {
      if (version === null) this.#placements.delete(guid);
      else this.#placements.set(guid, version);
    }
  }
}

function identify(body: Buffer, response: ServerResponse): void {
  const { images } = JSON.parse(body.toString()) as { images: { guid: string; digest: string }[] };
  sendLines(
    response,
    images.map(({ guid, digest }) => {
      const version = versions.find((one) => digestOf(guid, one) === digest);
      if (version === undefined) return { guid, digest };
      const droplet = { guid, hash: hashOf(guid), sha256: '0'.repeat(64) };
      return { guid, digest, origin: { rootfs: { stack, version }, droplet } };
    }),
  );
}

function impact(body: Buffer, response: ServerResponse): void {
  const { droplets } = JSON.parse(body.toString()) as { droplets: { guid: string; hash: string }[] };
  sendLines(
    response,
    droplets.map(({ guid, hash }) => ({
      guid,
      hash,
      state: 'converted',
      bytes: 40_000_000,
      diffBytes: 120_000_000,
      buildpack: buildpacks[guid.charCodeAt(0) % buildpacks.length],
      sizeClass: 'medium',
      libraries: guid.slice(0, 1),
      breaks: [],
      already: [],
      unknown: 0,
    })),
  );
}

const buildpacks = ['java', 'nodejs', 'go', 'python', 'ruby', 'php', 'staticfile', 'binary'];

function warm(path: string, response: ServerResponse): void {
  const [guid = '', hash = ''] = path.split('/').slice(-3);
  sendLines(response, [{ guid, hash, outcome: 'known' }]);
}

function sendLines(response: ServerResponse, values: readonly object[]): void {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
  response.end(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}
