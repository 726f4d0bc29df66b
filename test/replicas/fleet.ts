import { join } from 'node:path';
import type { S3Location } from '../../src/store/s3/location.ts';
import type { Owner } from '../helpers/owner.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { startVersitygw, type Versitygw } from '../helpers/versitygw.ts';

export const stack = 'cflinuxfs4';

/** A server process, one after the other: each on a port of its own, as a pod has an address of its own. */
export type Replica = {
  /** The one that runs, or that ran last. */
  server: () => Served;
  start: () => Promise<Served>;
  /** Waits for its end. @returns its exit code, or the signal's name */
  end: (signal: NodeJS.Signals) => Promise<number | NodeJS.Signals>;
};

export type Fleet = {
  gateway: Versitygw;
  s3: S3Location;
  replicas: readonly Replica[];
  /** One more, with an empty cache. */
  add: (options?: ReplicaOptions) => Promise<Replica>;
};

type ReplicaOptions = {
  /** More of the configuration file. */
  config?: Record<string, unknown>;
  /** Changes of the environment. */
  env?: NodeJS.ProcessEnv;
};

/** Starts replicas of one store in S3. Each has a cache, which it keeps when it is started again. */
export async function startFleet(
  owner: Owner,
  count: number,
  common: Record<string, unknown> = {},
): Promise<Fleet> {
  const gateway = await startVersitygw(owner);
  const s3 = await gateway.bucket({ prefix: 'own/' });
  const replicas: Replica[] = [];
  const add = async ({ config = {}, env = {} }: ReplicaOptions = {}): Promise<Replica> => {
    const cache = { directory: join(await tempDir(owner), 'cache') };
    const all = { data: undefined, store: { s3 }, cache, ...common, ...config };
    const launch = (): Promise<Served> => startServe(owner, { config: all, env });
    let server = await launch();
    const replica: Replica = {
      server: () => server,
      start: async () => (server = await launch()),
      end: (signal) => {
        server.kill(signal);
        return server.ended;
      },
    };
    replicas.push(replica);
    return replica;
  };
  await Promise.all(Array.from({ length: count }, () => add()));
  return { gateway, s3, replicas, add };
}
