import type { Dispatcher } from 'undici';
import { Failure, isFailure, reasonOf } from '../../errors.ts';
import { userAgent } from '../../version.ts';
import { apiFailure, isPressure } from './api-failure.ts';
import type { Access, Credentials } from './credentials.ts';

export type Call = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** with its query */
  path: string;
  body?: unknown;
  /** of the body; `application/json` without it */
  type?: string;
};

/** What hears of each request, for metrics. */
export type ConnectionHooks = {
  /** An answer has begun, after so many milliseconds; `status` 0 where none came. */
  answered?: (method: string, path: string, status: number, milliseconds: number) => void;
  /** The API server has too much to do, and asks for so many seconds of patience. */
  pressed?: (seconds: number) => void;
};

/** HTTP with the API server. */
export class Connection {
  readonly #credentials: Credentials;
  readonly #hooks: ConnectionHooks;

  constructor(credentials: Credentials, hooks: ConnectionHooks = {}) {
    this.#credentials = credentials;
    this.#hooks = hooks;
  }

  /** What an answer that says success holds. @throws as `open` does */
  async json(call: Call, signal?: AbortSignal): Promise<unknown> {
    const body = await this.open(call, signal);
    return this.#read(call, () => body.json());
  }

  /**
   * The body of an answer that says success, asked for once. Whoever asks reads it to its end, or destroys it.
   * @throws Failure; the reason of `signal`, which also ends the body
   */
  async open(call: Call, signal?: AbortSignal): Promise<Dispatcher.ResponseData['body']> {
    const answer = await this.#authorized(call, signal);
    const { statusCode, headers, body } = answer;
    if (statusCode < 300) return body;
    const said = await this.#read(call, async () => parse(await body.text()));
    const failure = apiFailure(actionOf(call), statusCode, said, seconds(headers['retry-after']));
    if (isPressure(failure)) this.#hooks.pressed?.(failure.retryAfter ?? 0);
    throw failure;
  }

  async close(): Promise<void> {
    await this.#credentials.close();
  }

  /** Credentials may have been replaced a moment ago: who is refused looks once more. */
  async #authorized(call: Call, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
    const access = await this.#credentials.access();
    const answer = await this.#send(call, access, signal);
    if (answer.statusCode !== 401) return answer;
    await answer.body.dump().catch(() => undefined);
    this.#credentials.forget(access);
    return this.#send(call, await this.#credentials.access(), signal);
  }

  async #send(call: Call, access: Access, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { origin, prefix, headers, dispatcher } = access;
    const asked = performance.now();
    let status = 0;
    try {
      const answer = await dispatcher.request({
        origin,
        path: prefix + call.path,
        method: call.method,
        headers: {
          ...headers,
          accept: 'application/json',
          'user-agent': userAgent,
          ...(call.body === undefined ? {} : { 'content-type': call.type ?? 'application/json' }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        ...(signal === undefined ? {} : { signal }),
      });
      status = answer.statusCode;
      // undici's bodies fail when they are destroyed, whether anybody listens or not.
      answer.body.on('error', () => undefined);
      return answer;
    } catch (cause) {
      signal?.throwIfAborted();
      throw unreachable(call, cause);
    } finally {
      this.#hooks.answered?.(call.method, call.path, status, performance.now() - asked);
    }
  }

  async #read(call: Call, read: () => Promise<unknown>): Promise<unknown> {
    try {
      return await read();
    } catch (cause) {
      throw unreachable(call, cause);
    }
  }
}

/** What an error on the way to the API server, or under its answer, means to us. */
export function unreachable(call: Pick<Call, 'method' | 'path'>, cause: unknown): Failure {
  if (isFailure(cause)) return cause;
  return new Failure('unavailable', `Cannot ${actionOf(call)}: ${reasonOf(cause)}`, { cause });
}

function actionOf({ method, path }: Pick<Call, 'method' | 'path'>): string {
  return `${method.toLowerCase()} ${path.replace(/\?.*/, '')} of Kubernetes`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.replaceAll(/\s+/g, ' ').slice(0, 200) };
  }
}

function seconds(header: string | string[] | undefined): number | undefined {
  return typeof header === 'string' && /^\d{1,6}$/.test(header) ? Number(header) : undefined;
}
