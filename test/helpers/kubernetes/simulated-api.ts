import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request, type Dispatcher } from 'undici';

/** Where an API server is, and by which token it is asked; `ca` is a PEM file. Plain data, for a child process. */
export type ApiAccess = { url: string; token: string; ca?: string };

type Call = {
  body?: object;
  /** the media type of `body`; JSON without it */
  type?: string;
  /** what is asked for; JSON without it */
  accept?: string;
};

export type SimulatedApi = {
  /**
   * One request. What the server is too busy for, or too far away, is asked again until `over`.
   * @throws ApiError for all other answers than 2xx
   */
  send: <T = unknown>(method: Dispatcher.HttpMethod, path: string, call?: Call) => Promise<T>;
  /** A watch as it comes, for as long as the server gives it. */
  watch: (path: string) => Promise<AsyncIterable<Buffer>>;
};

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(what: string, status: number, body: string) {
    super(`${what}: ${status} ${body.slice(0, 500)}`);
    this.status = status;
  }
}

export const strategicMerge = 'application/strategic-merge-patch+json';

const busy = new Set([429, 500, 502, 503, 504]);

/** A client of the API server: no more than JSON over some connections, which end with `over`. */
export function simulatedApi({ url, token, ca }: ApiAccess, over: AbortSignal): SimulatedApi {
  const dispatcher = new Agent({
    connections: 24,
    headersTimeout: 60_000,
    bodyTimeout: 0,
    ...(ca === undefined ? {} : { connect: { ca: readFileSync(ca) } }),
  });
  over.addEventListener('abort', () => void dispatcher.destroy());
  const ask = (method: Dispatcher.HttpMethod, path: string, { body, type, accept }: Call) => {
    const json = 'application/json';
    const headers = {
      authorization: `Bearer ${token}`,
      accept: accept ?? json,
      'content-type': type ?? json,
    };
    return request(url + path, {
      method,
      dispatcher,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  const send = async <T>(method: Dispatcher.HttpMethod, path: string, call: Call = {}): Promise<T> => {
    for (;;) {
      const answer = await ask(method, path, call).catch((error: unknown) => {
        if (over.aborted) throw error;
      });
      const text = (await answer?.body.text()) ?? '';
      if (answer !== undefined && answer.statusCode < 300) return JSON.parse(text) as T;
      if (answer !== undefined && !busy.has(answer.statusCode))
        throw new ApiError(`${method} ${path}`, answer.statusCode, text);
      const seconds = Number(answer?.headers['retry-after'] ?? 0.5);
      await delay(seconds * 1000, undefined, { signal: over });
    }
  };
  const watch = async (path: string): Promise<AsyncIterable<Buffer>> => {
    const { statusCode, body } = await ask('GET', path, {});
    if (statusCode !== 200) throw new ApiError(`GET ${path}`, statusCode, await body.text());
    return body as AsyncIterable<Buffer>;
  };
  return { send, watch };
}
