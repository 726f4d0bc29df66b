import { Pool, type Dispatcher } from 'undici';
import { authorization } from './authorization.ts';
import type { WebdavLocation } from './location.ts';
import { userAgent } from '../../version.ts';
import { authorities } from '../authorities.ts';

/** How long each step of a request may take, in milliseconds. */
export type Timeouts = {
  connect: number;
  /** from asking to the head of the answer, with the time that it waits for a free connection */
  answer: number;
  /** without one byte of an answer's body, while it is wanted */
  idle: number;
};

export const defaultTimeouts: Timeouts = { connect: 5_000, answer: 15_000, idle: 20_000 };

/** Each body that is read holds one; more requests wait for one to be free. */
const connections = 128;

export type Answer = Dispatcher.ResponseData;
type Asking = { headers?: Record<string, string>; body?: string };

/** HTTP to one server, with a bound on each step. Redirects are answers like others: who follows one leaves the folder. */
export class WebdavClient {
  readonly #pool: Pool;
  readonly #timeouts: Timeouts;
  readonly #authorize: () => Promise<string | undefined>;

  /** @throws Failure `invalid` when the authorities cannot be read */
  constructor(location: WebdavLocation, timeouts: Timeouts) {
    this.#timeouts = timeouts;
    this.#authorize = authorization(location);
    const trusted = location.ca === undefined ? {} : { ca: authorities('the WebDAV store', location.ca) };
    this.#pool = new Pool(new URL(location.url).origin, {
      connections,
      connect: { timeout: timeouts.connect, ...trusted },
      headersTimeout: timeouts.answer,
      bodyTimeout: timeouts.idle,
    });
  }

  /**
   * Whoever asks reads the answer's body, or destroys it, or leaves it by `dismiss`.
   * @throws Failure `unavailable` without a password; errors of the system and of undici
   */
  async ask(
    method: 'HEAD' | 'GET' | 'PROPFIND',
    url: URL,
    { headers = {}, body }: Asking = {},
  ): Promise<Answer> {
    const credentials = await this.#authorize();
    const abort = new AbortController();
    const timer = setTimeout(
      () => abort.abort(new Error('it does not answer in time')),
      this.#timeouts.answer,
    );
    try {
      const answer = await this.#pool.request({
        method,
        path: url.pathname,
        headers: {
          // Encoded bytes would be other ones than those of the object.
          'accept-encoding': 'identity',
          'user-agent': userAgent,
          ...(credentials === undefined ? {} : { authorization: credentials }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        signal: abort.signal,
      });
      // undici's bodies fail when they are destroyed, whether anybody listens or not.
      answer.body.on('error', ignore);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Lets go of idle connections, and breaks the others. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** Leaves a body that nobody wants; where it is short, its connection serves again. */
export function dismiss({ body }: Answer): void {
  body.dump().catch(ignore);
}

/** Leaves the answer's body where `work` gives none of it. */
export async function orDismissed<T>(answer: Answer, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    if (result === undefined) dismiss(answer);
    return result;
  } catch (error) {
    dismiss(answer);
    throw error;
  }
}

function ignore(): void {
  // Who reads the body hears of it.
}
