import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import { Changes } from './changes.ts';
import type { Fleet } from './fleet.ts';
import { podText } from './objects.ts';

type Tls = { cert: string; key: string };
type Stored = { metadata: Record<string, unknown>; spec?: object; status?: object };

const collections = {
  '/api/v1/pods': 'pods',
  '/apis/apps/v1/statefulsets': 'sets',
  '/apis/policy/v1/poddisruptionbudgets': 'budgets',
} as const;
const stacksPath = '/apis/dropstack.dev/v1alpha1/stacks';
const leasesPath = '/apis/coordination.k8s.io/v1/namespaces/dropstack/leases';

/** Milliseconds between two bookmarks. */
const bookmarkEvery = 10_000;

/** The part of an API server that a patcher asks, and what it was asked: `<verb> <resource>` → how often. */
export class StandInApi {
  readonly requests: Record<string, number> = {};
  readonly #fleet: Fleet;
  readonly #stacks = new Changes();
  #stack: Stored;
  #lease: Stored | undefined;

  constructor(fleet: Fleet, spec: object) {
    this.#fleet = fleet;
    this.#stack = {
      metadata: {
        name: 'cflinuxfs4',
        uid: 'the-stack',
        generation: 1,
        resourceVersion: '1',
        annotations: {},
      },
      spec,
    };
  }

  /** @returns its URL */
  async listen({ cert, key }: Tls): Promise<string> {
    const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
      void this.#answer(request, response).catch((error: unknown) => {
        process.stderr.write(`${request.method} ${request.url}: ${String(error)}\n`);
        response.destroy();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    setInterval(() => this.#bookmark(), bookmarkEvery);
    const address = server.address();
    return `https://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  #bookmark(): void {
    const { pods, sets, budgets, others, version } = this.#fleet;
    for (const changes of [pods, sets, budgets, others, this.#stacks]) changes.bookmark('Object', version);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'https://api');
    const { method = 'GET' } = request;
    this.#count(method, path, query);
    if (method === 'GET') this.#read(path, query, response);
    else await this.#write(path, await json(request), response);
  }

  #count(method: string, path: string, query: URLSearchParams): void {
    const verb =
      method !== 'GET' ? method : query.has('watch') ? 'WATCH' : query.has('limit') ? 'LIST' : 'GET';
    const named = /\/(\w+)(?:\/cflinuxfs4|\/dropstack-patcher|\/[0-9a-f-]{36}-\d)?(\/\w+)?$/.exec(path);
    const key = `${verb} ${named?.[1] ?? path}${named?.[2] ?? ''}`;
    this.requests[key] = (this.requests[key] ?? 0) + 1;
  }

  #read(path: string, query: URLSearchParams, response: ServerResponse): void {
    if (query.has('watch')) {
      this.#changesOf(path).watch(response, Number(query.get('resourceVersion')));
    } else if (path === `${stacksPath}/cflinuxfs4`) {
      send(response, 200, this.#stack);
    } else if (path === stacksPath) {
      sendList(response, [JSON.stringify(this.#stack)], this.#fleet.version, '');
    } else if (path.startsWith(leasesPath)) {
      if (this.#lease === undefined) send(response, 404, statusOf(404, 'NotFound'));
      else send(response, 200, this.#lease);
    } else if (path in collections) {
      const kind = collections[path as keyof typeof collections];
      const [start, limit] = [Number(query.get('continue') ?? 0), Number(query.get('limit') ?? 500)];
      const next = start + limit < this.#fleet.size(kind) ? String(start + limit) : '';
      sendList(response, this.#fleet.page(kind, start, limit), this.#fleet.version, next);
    } else if (path.startsWith('/api/v1/namespaces/')) {
      const pod = this.#fleet.pod(path.split('/').at(-1) ?? '');
      if (pod === undefined) send(response, 404, statusOf(404, 'NotFound'));
      else response.end(podText(pod));
    } else {
      sendList(response, [], this.#fleet.version, '');
    }
  }

  #changesOf(path: string): Changes {
    if (path === stacksPath) return this.#stacks;
    return path in collections
      ? this.#fleet[collections[path as keyof typeof collections]]
      : this.#fleet.others;
  }

  async #write(path: string, body: unknown, response: ServerResponse): Promise<void> {
    if (path.endsWith('/eviction')) {
      const { deleteOptions } = body as { deleteOptions?: { preconditions?: { uid?: string } } };
      const found = this.#fleet.evict(path.split('/').at(-2) ?? '', deleteOptions?.preconditions?.uid);
      const code = found ? 201 : 404;
      send(response, code, statusOf(code, found ? 'Success' : 'NotFound'));
    } else if (path.startsWith(leasesPath)) {
      const { metadata, spec } = body as Stored;
      const resourceVersion = String(this.#fleet.next());
      this.#lease = {
        metadata: { ...metadata, resourceVersion },
        spec: { ...this.#lease?.spec, ...spec },
      };
      send(response, 200, this.#lease);
    } else if (path === `${stacksPath}/cflinuxfs4/status`) {
      const status = (body as { path: string; value: object }[]).find(
        (part) => part.path === '/status',
      )?.value;
      this.#keep({ ...this.#stack, ...(status === undefined ? {} : { status }) }, response);
    } else if (path === `${stacksPath}/cflinuxfs4`) {
      const { spec } = body as Stored;
      const metadata = {
        ...this.#stack.metadata,
        generation: Number(this.#stack.metadata['generation']) + 1,
      };
      this.#keep({ ...this.#stack, metadata, spec: { ...this.#stack.spec, ...spec } }, response);
    } else {
      send(response, 201, {});
    }
  }

  #keep(stack: Stored, response: ServerResponse): void {
    const version = this.#fleet.next();
    this.#stack = { ...stack, metadata: { ...stack.metadata, resourceVersion: String(version) } };
    this.#stacks.tell('MODIFIED', version, JSON.stringify(this.#stack));
    send(response, 200, this.#stack);
  }
}

function sendList(response: ServerResponse, items: readonly string[], version: number, next: string): void {
  const metadata = JSON.stringify({ resourceVersion: String(version), continue: next });
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(`{"kind":"List","metadata":${metadata},"items":[${items.join(',')}]}`);
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function statusOf(code: number, reason: string): object {
  return { kind: 'Status', apiVersion: 'v1', status: code < 300 ? 'Success' : 'Failure', reason, code };
}
