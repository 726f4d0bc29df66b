import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { getCACertificates } from 'node:tls';
import { Failure } from '../errors.ts';
import { userAgent } from '../version.ts';
import type { Server } from './server.ts';
import { unreachable } from './unreachable.ts';

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
  const response = await exchange(server, path, call);
  const body = await textOf(server, response);
  return body === '' ? undefined : parse(server, body);
}

/**
 * Asks a facade, and answers the bytes that it gives.
 * @throws as `send` does
 */
export async function receive(server: Server, path: string, call: Call = {}): Promise<Buffer> {
  return wholeOf(server, await exchange(server, path, call));
}

/**
 * Asks a facade, and gives the values of its answer, JSON one a line, as they come.
 * @throws as `send` does; also after some values, where the answer breaks off
 */
export async function* receiveLines(server: Server, path: string, call: Call = {}): AsyncIterable<unknown> {
  const response = await exchange(server, path, call);
  const chunks = response.setEncoding('utf8')[Symbol.asyncIterator]() as AsyncIterator<string>;
  let rest = '';
  try {
    for (;;) {
      const next = await chunks.next().catch((cause: unknown) => {
        throw unreachable(server, cause);
      });
      if (next.done === true) return;
      const lines = (rest + next.value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield parse(server, line);
    }
  } finally {
    response.destroy();
  }
}

/** Sends a request, and answers the head of what says success. Its body is to be read or destroyed. */
async function exchange(server: Server, path: string, { body, ...call }: Call): Promise<IncomingMessage> {
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
    const { statusCode = 0, headers } = response;
    // What is answered before all was sent must not wait for the rest.
    response.once('close', () => {
      if (!request.writableEnded) request.destroy();
    });
    if (statusCode < 300) return response;
    const { failureOf } = await import('./failure-of.ts');
    throw failureOf(server, statusCode, await textOf(server, response), headers['retry-after']);
  } catch (error) {
    request.destroy();
    throw error;
  } finally {
    if (body instanceof Readable) body.destroy();
  }
}

async function textOf(server: Server, response: IncomingMessage): Promise<string> {
  return (await wholeOf(server, response)).toString();
}

async function wholeOf(server: Server, response: IncomingMessage): Promise<Buffer> {
  try {
    return await buffer(response);
  } catch (cause) {
    throw unreachable(server, cause);
  } finally {
    response.destroy();
  }
}

function parse({ url }: Server, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Failure('unavailable', `${url.href} gives no JSON: is that a facade?`, { cause });
  }
}

/** Connections are kept for the thousands of requests of one command; they keep no process alive. */
const httpAgent = new HttpAgent({ keepAlive: true });
const httpsAgent = new HttpsAgent({ keepAlive: true });

/** The path is sent as it is: a URL would fold `.` and `..` away. */
function open({ url, user, password, ca }: Server, path: string, call: Call): ClientRequest {
  const query = new URLSearchParams(
    Object.entries(call.query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString();
  const options = {
    method: call.method ?? 'GET',
    path: `${url.pathname.replace(/\/$/, '')}${path}${query === '' ? '' : `?${query}`}`,
    headers: { 'user-agent': userAgent, ...call.headers },
    ...(password === undefined ? {} : { auth: `${user}:${password}` }),
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
  };
  const request =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: httpsAgent })
      : httpRequest(url, { ...options, agent: httpAgent });
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
