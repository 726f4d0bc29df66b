import { join } from 'node:path';
import { remoteOperator } from '../../../src/cli/remote.ts';
import type { Owner } from '../../../test/helpers/owner.ts';
import { startServe, type Served } from '../../../test/helpers/serve.ts';
import { tempDir } from '../../../test/helpers/temp.ts';
import { certificates } from '../../../test/helpers/tls.ts';
import type { Registry } from '../fleet/fleet.ts';
import type { App, Workload } from '../workload/workload.ts';
import { adminOf } from './admin-of.ts';
import { administer, stack, type Administration } from './administer.ts';
import { fleetRootfs } from './fleet-rootfs.ts';
import { keptDroplets } from './kept-droplets.ts';
import { openStores, type StoreOptions } from './stores.ts';

export type FoundationOptions = StoreOptions & {
  workload: Workload;
  tls?: boolean;
  /** default 1 */
  replicas?: number;
  /** bytes of each rootfs version that do not compress; default 2 MB */
  rootfsBytes?: number;
  /** of each password; 4 without it, which costs nothing */
  bcryptCost?: number;
  /** more of each replica's configuration file */
  config?: Record<string, unknown>;
};

/** A facade with the droplets of a fleet, none of them converted. */
export type Foundation = Administration & {
  /** all replicas, as those who pull reach them */
  registry: Registry;
  /** Their logs hold what was said last: no line is sought there long after. */
  servers: readonly Served[];
  /** by number */
  apps: readonly App[];
  /** of the default stack; the first is promoted */
  versions: readonly string[];
};

/** Starts replicas of `dropstack serve` over one store, imports the workload's rootfs versions and promotes the first. */
export async function startFoundation(owner: Owner, options: FoundationOptions): Promise<Foundation> {
  const { workload, replicas = 1, rootfsBytes = 2_000_000 } = options;
  const { source, apps } = await keptDroplets(workload);
  const servers = await startReplicas(owner, source, replicas, options);
  const [server] = servers;
  if (server === undefined) throw new Error('A foundation has a replica at the least');
  const versions = Array.from({ length: workload.versions }, (_, at) => `${at + 1}.0`);
  for (const version of versions) await importVersion(owner, server, version, rootfsBytes);

  const gone = new Set<Served>();
  for (const one of servers) void one.ended.then(() => gone.add(one));
  const administration = await administer(() => servers.filter((one) => !gone.has(one)), apps);
  await administration.promote(versions[0] ?? '');
  const { user, ca } = server.puller;
  return {
    ...administration,
    registry: { hosts: servers.map(({ host }) => host), user, ca },
    servers,
    apps,
    versions,
  };
}

async function startReplicas(
  owner: Owner,
  source: string,
  count: number,
  options: FoundationOptions,
): Promise<Served[]> {
  const stores = await openStores(owner, source, options);
  const pem = options.tls === true ? { tls: await certificates(owner) } : {};
  const cost = options.bcryptCost === undefined ? {} : { bcryptCost: options.bcryptCost };
  const start = async (): Promise<Served> =>
    startServe(owner, {
      ...pem,
      ...cost,
      keepLog: 1_000_000,
      config: { ...(await stores()), ...options.config },
    });
  return Promise.all(Array.from({ length: count }, start));
}

async function importVersion(owner: Owner, server: Served, version: string, bytes: number): Promise<void> {
  const path = join(await tempDir(owner), 'rootfs.tar');
  await fleetRootfs(path, version, bytes);
  await remoteOperator(adminOf(server)).rootfs.import(stack, version, path, {});
}
