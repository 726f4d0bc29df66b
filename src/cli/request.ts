import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { getCACertificates } from 'node:tls';
import { Failure } from '../errors.ts';
import { failureOf } from './failure-of.ts';
import type { Server } from './server.ts';

export type Call = {
  method?: string;
  query?: Record<string, string | undefined>;
  headers?: Record<string, string>;
  /** JSON, or bytes as they are */
  body?: object | Readable;
};

/**
 * Asks a facade, and answers what its JSON says; undefined for an answer without a body. It waits as long as the facade
 * works: a conversion takes minutes.
 * @throws Failure: what the facade failed with, or `unavailable`; whatever `body` fails with
 */
export async function send(server: Server, path: string, call: Call = {}): Promise<unknown> {
  const { status, body } = await exchange(server, path, call);
  if (status >= 300) throw failureOf(server, status, body);
  try {
    return body === '' ? undefined : JSON.parse(body);
  } catch (cause) {
    throw new Failure('unavailable', `${server.url.href} gives no JSON: is that a facade?`, { cause });
  }
}

async function exchange(
  server: Server,
  path: string,
  { body, ...call }: Call,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = open(server, path, call);
  request.once('response', resolve);
  // It stays: once the answer is there, a connection that breaks under the rest of the body is no error any more.
  request.on('error', (cause) => reject(unreachable(server, cause)));
  if (body instanceof Readable) sendBytes(body, request, reject);
  else if (body === undefined) request.end();
  else request.setHeader('Content-Type', 'application/json').end(JSON.stringify(body));
  try {
    const response = await promise;
    const answer = await text(response).catch((cause: unknown) => {
      throw unreachable(server, cause);
    });
    return { status: response.statusCode ?? 0, body: answer };
  } finally {
    request.destroy();
    if (body instanceof Readable) body.destroy();
  }
}

/** The path is sent as it is: a URL would fold `.` and `..` away. */
function open({ url, user, password, ca }: Server, path: string, call: Call): ClientRequest {
  const query = new URLSearchParams(
    Object.entries(call.query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();
  const options = {
    method: call.method ?? 'GET',
    path: `${url.pathname.replace(/\/$/, '')}${path}${query === '' ? '' : `?${query}`}`,
    headers: call.headers ?? {},
    agent: false,
    ...(password === undefined ? {} : { auth: `${user}:${password}` }),
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
  };
  const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
  request.setSocketKeepAlive(true, 30_000);
  return request;
}

/** A facade that answers early need not be sent the rest; but until its answer is read the connection must stay. */
function sendBytes(body: Readable, request: ClientRequest, onError: (error: Error) => void): void {
  request.setHeader('Content-Type', 'application/octet-stream');
  request.once('response', () => {
    body.unpipe(request);
    body.destroy();
  });
  body.once('error', (error) => {
    onError(error);
    request.destroy();
  });
  body.pipe(request);
}

function unreachable({ url }: Server, cause: unknown): Failure {
  return new Failure('unavailable', `Cannot reach the facade at ${url.origin}: ${reasonOf(cause)}`, {
    cause,
  });
}

/** Several addresses that all fail are one error without a message of its own. */
function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reasonOf).join(', ');
  return cause instanceof Error ? cause.message : String(cause);
}
