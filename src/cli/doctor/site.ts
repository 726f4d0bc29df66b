import { storeLocation, type Config } from '../../config/config.ts';
import { requireRight } from '../../config/load.ts';
import { readConfig, type Reading } from '../../config/read.ts';
import { Failure } from '../../errors.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import { openApi } from '../../rollout/kubernetes/open-api.ts';
import type { Store } from '../../store/store.ts';
import { serverOf, type Target } from '../connect.ts';
import type { KubernetesOptions } from '../kubernetes-options.ts';
import type { Server } from '../server.ts';
import { openOwn } from './open-own.ts';
import { openPull, type Pull } from './open-pull.ts';
import { Untried } from './untried.ts';

export type SiteOptions = Target &
  KubernetesOptions & {
    /** what is pulled: a repository with a tag or a digest */
    image?: string;
    /** where the patcher's lease lies */
    namespace: string;
    /** `<namespace>:<name>`: whose rights are looked at; our own without it */
    serviceAccount?: string;
  };

/**
 * What is examined: each part is opened when the first check asks for it, once. A part rejects with `Untried` where it was
 * not given, and else with what is wrong with it.
 */
export type Site = {
  options: SiteOptions;
  /** the configuration with all that is wrong in it */
  reading: () => Promise<Reading>;
  config: () => Promise<Config>;
  /** the facade's own store */
  store: () => Promise<Store>;
  /** the facade that runs */
  server: () => Promise<Server>;
  /** an image as it is pulled from there */
  pull: () => Promise<Pull>;
  api: () => Promise<Api>;
  /** the cluster that the facade's configuration names, as the facade reaches it */
  facadeApi: () => Promise<Api>;
  close: () => Promise<void>;
};

/**
 * @param environment as that of `serve`
 * @throws Failure `invalid` where nothing was given: what looks at nothing finds nothing, and that must not look like health
 */
export function openSite(options: SiteOptions, environment: NodeJS.ProcessEnv): Site {
  const given = givenOf(options, environment);
  if (!given.store && !given.server && !given.cluster) {
    throw new Failure(
      'invalid',
      'What is to be examined? Give --config or --data, --server (or DROPSTACK_SERVER), or --kubeconfig',
    );
  }
  const ends: (() => Promise<void>)[] = [];
  const reading = once(async () => read(options, environment, given.store));
  const config = once(async () => rightOne(await reading()));
  const server = once(async () =>
    given.server ? serverOf(options) : ofConfiguration(options, given.file, config),
  );
  return {
    options,
    reading,
    config,
    store: once(async () => {
      const { store, close } = await openOwn(storeLocation(await config()));
      ends.push(close);
      return store;
    }),
    server,
    pull: once(async () => {
      const pull = await openPull(await server(), options.image);
      ends.push(() => pull.close());
      return pull;
    }),
    api: once(async () => {
      const api = await openCluster(options, given.cluster);
      ends.push(() => api.close());
      return api;
    }),
    facadeApi: once(async () => {
      const { kubernetes } = await config();
      if (kubernetes === undefined) throw new Untried('the configuration has no kubernetes');
      const api = await openApi({ ...kubernetes, patience });
      ends.push(() => api.close());
      return api;
    }),
    close: async () => {
      for (const end of ends) await end();
    },
  };
}

/** Whoever waits for a doctor sees soon that there is no answer. */
const patience = { total: 5_000 };

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}

/** Which parts the options name, or the environment as the rest of dropstack reads it. */
function givenOf(options: SiteOptions, environment: NodeJS.ProcessEnv) {
  const { DROPSTACK_CONFIG, DROPSTACK_DATA, DROPSTACK_SERVER, KUBECONFIG } = environment;
  const { config, data, server, kubeconfig, context } = options;
  return {
    store: isThere(config, data, DROPSTACK_CONFIG, DROPSTACK_DATA),
    file: isThere(config, DROPSTACK_CONFIG),
    server: isThere(server, DROPSTACK_SERVER),
    cluster: isThere(kubeconfig, context, KUBECONFIG, environment['KUBERNETES_SERVICE_HOST']),
  };
}

function isThere(...values: (string | undefined)[]): boolean {
  return values.some((value) => (value ?? '') !== '');
}

function read(
  { config: file, data, source, defaultStack }: SiteOptions,
  environment: NodeJS.ProcessEnv,
  isGiven: boolean,
): Reading {
  if (!isGiven) throw new Untried('neither --config nor --data was given');
  return readConfig({ data, source, defaultStack }, environment, file);
}

function rightOne(reading: Reading): Config {
  requireRight(reading);
  return reading.config;
}

/** Where the configuration says that the facade is reached. */
async function ofConfiguration(
  options: SiteOptions,
  isGiven: boolean,
  config: () => Promise<Config>,
): Promise<Server> {
  if (!isGiven) throw new Untried('no --server was given');
  const { publicUrl, listen, tlsCert } = await config().catch(() => {
    throw new Untried('no --server was given, and the configuration does not say where it is');
  });
  const near = `${tlsCert === undefined ? 'http' : 'https'}://${listen}`;
  return serverOf({ ...options, server: publicUrl ?? near });
}

async function openCluster({ kubeconfig, context }: SiteOptions, isGiven: boolean): Promise<Api> {
  if (!isGiven) throw new Untried('no --kubeconfig was given');
  return openApi({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    patience,
  });
}
