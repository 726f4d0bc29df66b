import { getCACertificates } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import { Failure } from '../../errors.ts';
import { userAgent } from '../../version.ts';
import { isLoopback, lookupElsewhere, requireElsewhere } from './addresses.ts';

/** How long each step may take, in milliseconds: `idle` is without one byte of a body while it is wanted. */
export type Timeouts = { connect: number; answer: number; idle: number };

export const defaultTimeouts: Timeouts = { connect: 10_000, answer: 30_000, idle: 30_000 };

/** `url`: who has really answered. Whoever asked reads the body, or leaves it by `dismiss`. */
export type Answer = Dispatcher.ResponseData & { url: URL };

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * GET and HEAD over HTTP to servers that may send us elsewhere. Plain HTTP is spoken with this machine alone, unless `plainHttp`; nobody
 * leads us from HTTPS to HTTP, nor to an address of the link; credentials stay with the origin that they were given for.
 */
export class Wire {
  readonly #agent: Agent;
  readonly #plainHttp: boolean;

  /** @param ca certificates in PEM to trust beside those of the system */
  constructor(plainHttp: boolean, timeouts: Timeouts = defaultTimeouts, ca?: string) {
    this.#plainHttp = plainHttp;
    this.#agent = new Agent({
      connect: {
        timeout: timeouts.connect,
        lookup: lookupElsewhere,
        ca: [
          ...new Set([...getCACertificates('default'), ...getCACertificates('system')]),
          ...(ca === undefined ? [] : [ca]),
        ],
      },
      headersTimeout: timeouts.answer,
      bodyTimeout: timeouts.idle,
    });
  }

  /**
   * @param authorization goes to the origin of `start` alone
   * @throws Failure `denied` where it leads where it must not; errors of the system and of undici
   */
  async get(
    start: URL,
    headers: Record<string, string> = {},
    authorization?: string,
    method: 'GET' | 'HEAD' = 'GET',
  ): Promise<Answer> {
    let own = authorization === undefined ? headers : { ...headers, authorization };
    let url = start;
    for (let hops = 0; hops <= mostRedirects; hops++) {
      const answer = await this.#ask(url, own, method);
      const next = redirectOf(answer, url);
      if (next === undefined) return { ...answer, url };
      dismiss(answer);
      if (url.protocol === 'https:' && next.protocol !== 'https:')
        throw astray(url, 'from HTTPS to plain HTTP');
      if (next.origin !== start.origin) own = headers;
      url = next;
    }
    throw astray(start, `on and on, more than ${mostRedirects} times`);
  }

  /** Breaks what is left. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask(
    url: URL,
    headers: Record<string, string>,
    method: 'GET' | 'HEAD',
  ): Promise<Dispatcher.ResponseData> {
    requireElsewhere(url.hostname);
    if (url.protocol !== 'https:' && !this.#plainHttp && !isLoopback(url.hostname)) {
      throw new Failure(
        'denied',
        `${url.host} is to be asked over plain HTTP: give --plain-http if that is meant`,
      );
    }
    const answer = await this.#agent.request({
      method,
      origin: url.origin,
      path: url.pathname + url.search,
      // Encoded bytes would be other ones than those that have the digest.
      headers: { 'accept-encoding': 'identity', 'user-agent': userAgent, ...headers },
    });
    // undici's bodies fail when they are destroyed, whether anybody listens or not.
    answer.body.on('error', () => undefined);
    return answer;
  }
}

/** Leaves a body that nobody wants; where it is short, its connection serves again. */
export function dismiss({ body }: Dispatcher.ResponseData): void {
  body.dump().catch(() => undefined);
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, from: URL): URL | undefined {
  const { location } = headers;
  if (!redirects.has(statusCode) || typeof location !== 'string') return undefined;
  const url = URL.parse(location, from);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Where to is not said: such URLs may be signed. */
function astray({ host }: URL, how: string): Failure {
  return new Failure('denied', `${host} sends us ${how}`);
}
