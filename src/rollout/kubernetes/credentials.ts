import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import { Failure, reasonOf } from '../../errors.ts';

/** How one request reaches the API server, and as whom. */
export type Access = {
  origin: string;
  /** before each path, where the API server is not at the root of its host */
  prefix: string;
  headers: Record<string, string>;
  dispatcher: Dispatcher;
};

/** Files and plugins are asked no oftener; what expires meanwhile is found out by a 401. */
const believedFor = 1_000;
/** A plugin may ask somebody far away. */
const patience = 60_000;

/** Requests at a time, watches among them; more wait for one to end. */
const connections = 64;
const timeouts = { connect: 5_000, headers: 60_000, body: 130_000 };

/**
 * The credentials of a kubeconfig as they are at each moment: tokens in files rotate, plugins give others when theirs
 * expire. One connection pool lasts as long as its certificates do.
 */
export class Credentials {
  readonly #load: () => Promise<KubeConfig>;
  #config: Promise<KubeConfig> | undefined;
  #access: Promise<Access> | undefined;
  #last: Access | undefined;
  #until = 0;
  #pool: { key: string; dispatcher: Dispatcher } | undefined;

  /** @param load reads the kubeconfig; again where the API server refuses what it gave */
  constructor(load: () => Promise<KubeConfig>) {
    this.#load = load;
  }

  /** @throws Failure `unauthenticated` when a file or a plugin gives no credentials, `invalid` for a useless kubeconfig */
  async access(): Promise<Access> {
    if (this.#access === undefined || performance.now() > this.#until) {
      // One look for all who ask meanwhile, however long it takes.
      this.#until = Infinity;
      this.#access = this.#look().finally(() => (this.#until = performance.now() + believedFor));
    }
    return this.#access;
  }

  /** The API server refused them: everything is read again, and plugins are asked anew, unless that has happened since. */
  forget(refused: Access): void {
    if (this.#last !== refused) return;
    this.#last = undefined;
    this.#config = undefined;
    this.#access = undefined;
  }

  async close(): Promise<void> {
    await this.#pool?.dispatcher.destroy();
  }

  async #look(): Promise<Access> {
    try {
      this.#config ??= this.#load();
      const config = await this.#config;
      const cluster = config.getCurrentCluster();
      if (cluster === null) throw new Failure('invalid', 'The kubeconfig names no cluster: set its context');
      const options: RequestOptions = {};
      await inTime(config.applyToHTTPSOptions(options));
      const { origin, pathname } = new URL(cluster.server);
      const prefix = pathname.replace(/\/$/, '');
      const dispatcher = this.#poolFor(tlsOf(options), cluster.proxyUrl);
      this.#last = { origin, prefix, headers: headersOf(options), dispatcher };
      return this.#last;
    } catch (cause) {
      this.#config = undefined;
      if (cause instanceof Failure) throw cause;
      const words = `Cannot get credentials for the Kubernetes API: ${reasonOf(cause).trim()}`;
      throw new Failure('unauthenticated', words, { cause });
    }
  }

  /** What runs on a pool with outdated certificates ends in peace. */
  #poolFor(tls: Tls, proxy: string | undefined): Dispatcher {
    const key = JSON.stringify([tls, proxy]);
    if (this.#pool?.key !== key) {
      this.#pool?.dispatcher.close().catch(() => undefined);
      this.#pool = { key, dispatcher: dispatcherOf(tls, proxy) };
    }
    return this.#pool.dispatcher;
  }
}

type Tls = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'rejectUnauthorized' | 'servername'
>;

function tlsOf({ ca, cert, key, passphrase, rejectUnauthorized, servername }: RequestOptions): Tls {
  const given = { ca, cert, key, passphrase, rejectUnauthorized, servername };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The library would make one for each request, and keep agents with outdated certificates. */
function dispatcherOf(tls: Tls, proxy: string | undefined): Dispatcher {
  const bounds = {
    connections,
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    keepAliveTimeout: 30_000,
  };
  const connect = { ...tls, timeout: timeouts.connect, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (proxy === undefined) return new Agent({ ...bounds, connect });
  if (!proxy.startsWith('socks')) return new ProxyAgent({ ...bounds, uri: proxy, requestTls: connect });
  throw new Failure('unsupported', `The kubeconfig names the SOCKS proxy ${proxy}: use one of HTTP`);
}

/** Tokens from files may end in a line end. */
function headersOf({ headers = {}, auth }: RequestOptions): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value).trim()]);
  const basic =
    typeof auth === 'string' ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
  return { ...basic, ...Object.fromEntries(given) };
}

async function inTime(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = new Failure('unauthenticated', 'The credential plugin gives nothing: run it by hand');
  const timer = setTimeout(() => reject(late), patience);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
