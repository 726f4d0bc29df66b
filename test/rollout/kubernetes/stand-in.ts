import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Api } from '../../../src/rollout/kubernetes/api.ts';
import { openApi, type ApiOptions } from '../../../src/rollout/kubernetes/open-api.ts';
import { atEnd, type Owner } from '../../helpers/owner.ts';
import { tempDir } from '../../helpers/temp.ts';

export type Asked = {
  method: string;
  /** without its query */
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: unknown;
};

export type StandIn = {
  api: Api;
  /** the path of what the client has read */
  kubeconfig: string;
  port: number;
  /** what it was asked so far */
  asked: Asked[];
};

/** Attempts that follow each other closely. */
export const impatient = { total: 2_000, pause: 5, longestPause: 20 };

/**
 * An HTTP server in the place of an API server, for answers that a real one does not give on demand, and a client of it.
 * @param user of the kubeconfig, beside its name
 */
export async function standIn(
  owner: Owner,
  answer: (asked: Asked, response: ServerResponse) => void,
  options: ApiOptions = {},
  user: object = { token: 'secret' },
): Promise<StandIn> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const taken = await take(request);
      asked.push(taken);
      answer(taken, response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The stand-in has no port');
  const kubeconfig = join(await tempDir(owner), 'kubeconfig');
  await writeFile(kubeconfig, config(`http://127.0.0.1:${address.port}/prefix/`, user));
  const api = await openApi({ kubeconfig, patience: impatient, ...options });
  atEnd(owner, async () => {
    await api.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  return { api, kubeconfig, port: address.port, asked };
}

export function send(response: ServerResponse, status: number, body: object, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** An object as the API server gives it. */
export function object(name: string, version: number, more: object = {}): object {
  return {
    metadata: { name, namespace: 'apps', uid: `uid-${name}`, resourceVersion: String(version) },
    ...more,
  };
}

/** A page of a list, the last one without `next`. */
export function page(items: object[], version: number, next?: string): object {
  return { metadata: { resourceVersion: String(version), ...(next && { continue: next }) }, items };
}

export function line(type: string, of: object): string {
  return `${JSON.stringify({ type, object: of })}\n`;
}

async function take(request: IncomingMessage): Promise<Asked> {
  const { method = '', headers } = request;
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const body = method === 'GET' ? undefined : await json(request).catch(() => undefined);
  return { method, path: pathname.replace(/^\/prefix/, ''), query: searchParams, headers, body };
}

/** JSON is YAML. */
function config(server: string, user: object): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });
}
