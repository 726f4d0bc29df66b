import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { shareOf } from '../config/share.ts';
import { reasonOf, type Failure } from '../errors.ts';
import type { Facade } from '../facade.ts';
import type { Log } from '../log.ts';
import { createApp } from './app.ts';
import { answerAtHand } from './at-hand.ts';
import { createAuthenticator, type Authenticator } from './auth/authenticate.ts';
import { countedAuthenticator } from './auth/counted.ts';
import { parseGrants, type Grants } from './auth/grants.ts';
import { parseHtpasswd } from './auth/htpasswd.ts';
import { requireUsers } from './auth/require-users.ts';
import { Verifier } from './auth/verifier.ts';
import { Bodies, type Traffic } from './bodies.ts';
import { watchCache } from './cache-metrics.ts';
import { watchConnections } from './connection-metrics.ts';
import { watchConversions } from './conversion-metrics.ts';
import { Events } from './events/events.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { ownHosts } from './own-host.ts';
import { openRedirect, type Redirect } from './redirect.ts';
import { watchFile, watchKeyPair, type KeyPair, type Watch } from './reload.ts';
import { createServer, type HttpServer } from './server.ts';
import { Proven } from './proven.ts';
import { watchState, type State } from './state-metrics.ts';
import { watchTraffic } from './traffic-metrics.ts';
import { Turns } from './turns.ts';
import { watchAnswers } from './watch-answer.ts';

/** A facade that listens. */
export type Serving = {
  /** `http(s)://host:port` as it listens */
  url: string;
  /** Takes no new work, lets running pulls finish, then ends what is left. */
  stop(options: { delayMs: number; graceMs: number }): Promise<void>;
};

/**
 * Serves `facade` over HTTP as `config` says, until it is stopped. With several `processes` it shares its address with the
 * others.
 */
export async function serve(
  config: Config,
  facade: Facade,
  log: Log,
  metrics: Metrics = createMetrics(() => facade.conversions.running),
): Promise<Serving> {
  requireUsers(config);
  const { registry } = metrics;
  let stopping = false;
  const ready = async (): Promise<boolean> => !stopping && (await facade.ready());
  const state = watchState(registry, ready);
  const redirect = await redirectTo(config, facade, log, state);
  const watches: Watch[] = [];
  const onError = (error: Failure): void => {
    state.fault('reload');
    log.error({ error: error.message }, 'a file is kept as it was');
  };
  const events = new Events({ ...facade, metrics: () => registry.metrics() });
  const users = await watchUsers(config, watches, { onError, onChange: () => events.askAgain() });
  const authenticator = countedAuthenticator(users, registry);
  const isOwnHost = ownHosts(config);
  if (facade.cache !== undefined) watchCache(registry, facade.cache, config.cache?.maxBytes ?? 0);
  if (facade.converters !== undefined) watchConversions(registry, facade.converters);
  const proven = new Proven((object) => {
    state.fault('damage');
    log.error(
      { object },
      'a stored layer is damaged, or was on its way: it is read again for whoever asks next',
    );
    facade.cache?.forget(object).catch(() => {});
  });
  watchAudit(facade, log);
  const turns = new Turns();
  const watchAnswer = watchAnswers(log, metrics);
  const app = createApp({
    ...facade,
    authenticate: (header) => authenticator.identify(header),
    isOwnHost,
    events,
    holdMs: config.limits.holdSeconds * 1000,
    traffic: openTraffic(config),
    turns,
    proven,
    redirect,
    ready,
    metrics,
    log,
    watch: watchAnswer,
  });
  const handle = app.callback();
  const isAtHand = answerAtHand({ ...facade, authenticator, isOwnHost, watch: watchAnswer });
  const listener: RequestListener = (request, response) => {
    const answer = (): void => {
      if (!isAtHand(request, response)) void handle(request, response);
    };
    turns.run(answer, request.socket.remoteAddress ?? '');
  };
  const server = await openServer(config, listener, watches, { onError, onCertificate: state.certificate });
  watchTraffic(registry, facade.moved, server);
  watchConnections(registry, server);
  const address = await server.listen(config.listenPort, config.listenHost, config.processes > 1);
  return {
    url: urlOf(address, config.tlsCert !== undefined),
    stop: async ({ delayMs, graceMs }) => {
      stopping = true;
      events.close();
      server.retire();
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await server.close(graceMs);
      for (const watch of watches) watch.close();
      facade.close();
    },
  };
}

/** A line each. What could not be stored, or not yet, stands in the log alone. */
function watchAudit({ audit }: Facade, log: Logger): void {
  audit.watchLate((entry) =>
    log.warn(
      { audit: entry },
      'the store takes long to keep an audit entry: its change is answered without it',
    ),
  );
  audit.watch((entry, error) => {
    if (error === undefined) log.info({ audit: entry }, 'audit');
    else
      log.error(
        { audit: entry, error: reasonOf(error) },
        'an audit entry could not be stored: keep this line',
      );
  });
}

async function redirectTo(
  { redirect, publicUrl, store }: Config,
  { presigns }: Facade,
  log: Logger,
  state: State,
): Promise<Redirect | undefined> {
  if (redirect === undefined || presigns === undefined) return undefined;
  const onFault = (error: unknown): void => {
    state.fault('redirect');
    log.warn({ error: reasonOf(error) }, 'nobody is redirected for now');
  };
  const own = store !== undefined && 's3' in store ? store.s3.endpoint : undefined;
  return openRedirect(redirect, { presigns, publicUrl, endpoint: redirect.endpoint ?? own, onFault });
}

/** Each may be megabytes, and have the store asked a thousand times: pulls want memory and store too. */
const answersAtOnce = 32;

function openTraffic({ limits }: Config): Traffic {
  const holdMs = limits.holdSeconds * 1000;
  const open = (total: number, what: string): Bodies =>
    new Bodies({ total, perClient: shareOf(total, limits.clientShare), holdMs, what });
  return {
    downloads: open(limits.downloads, 'layers and droplets'),
    uploads: open(limits.uploads, 'layers and droplets'),
    answers: open(answersAtOnce, 'answers of the admin API'),
  };
}

/** @param onChange hears that somebody may no longer do what they might before */
async function watchUsers(
  config: Config,
  watches: Watch[],
  { onError, onChange }: { onError: (error: Failure) => void; onChange: () => void },
): Promise<Authenticator> {
  if (config.users === undefined) return createAuthenticator(undefined, parseGrants(''));
  const verifier = new Verifier(undefined, { concurrency: comparisonsOfOne(config) });
  let grants: Grants = parseGrants('');
  const replaceUsers = (text: string): void => {
    verifier.replace(parseHtpasswd(text));
    onChange();
  };
  const replaceGrants = (text: string): void => {
    grants = parseGrants(text);
    onChange();
  };
  watches.push(await watchFile(config.users, replaceUsers, { onError }));
  if (config.grants !== undefined) watches.push(await watchFile(config.grants, replaceGrants, { onError }));
  return createAuthenticator(verifier, (user) => grants(user));
}

/** Comparisons of passwords at once: two threads in all, but no process is without one. */
function comparisonsOfOne({ processes }: Config): number {
  return Math.max(1, Math.floor(2 / processes));
}

/** With TLS, the server is made of the first certificate and shows each later one from then on. */
async function openServer(
  { tlsCert: cert, tlsKey: key, limits }: Config,
  listener: RequestListener,
  watches: Watch[],
  { onError, onCertificate }: { onError: (error: Failure) => void; onCertificate: (pem: string) => void },
): Promise<HttpServer> {
  const open = (tls?: KeyPair): HttpServer =>
    createServer({
      listener,
      tls,
      limits: {
        maxConnections: limits.connections,
        maxConnectionsOfOne: shareOf(limits.connections, limits.clientShare),
      },
    });
  if (cert === undefined || key === undefined) return open();
  let server: HttpServer | undefined;
  const apply = (pair: KeyPair): void => {
    if (server === undefined) server = open(pair);
    else server.replaceKeyPair(pair);
    onCertificate(pair.cert);
  };
  watches.push(await watchKeyPair({ cert, key }, apply, { onError }));
  return server ?? open();
}

function urlOf({ address, family, port }: AddressInfo, secure: boolean): string {
  const host = family === 'IPv6' ? `[${address}]` : address;
  return `${secure ? 'https' : 'http'}://${host}:${port}`;
}
