import { basic } from '../../test/helpers/basic.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import type { Served } from '../../test/helpers/serve.ts';
import { certificates } from '../../test/helpers/tls.ts';
import { recordAnswers } from '../contest/answers.ts';
import { startFloor } from '../contest/floors.ts';
import type { Registry } from '../load/fleet/fleet.ts';
import { startFleet } from '../load/fleet/start-fleet.ts';
import { referenceOf } from '../load/workload/reference-of.ts';
import type { App, Start } from '../load/workload/workload.ts';
import { treeCpuSeconds } from '../process-tree.ts';
import { startFacade, type FacadeOptions } from './facade.ts';
import type { Scenario } from './scenario.ts';

export const pullsName = 'whole pulls over TLS';

const nodes = 10;

/**
 * Whole pulls by a fleet of empty nodes over TLS, each app on two of them.
 * @param plain another facade over the same store, which speaks HTTP @param config of the one that is measured
 */
export async function pullsScenario(
  owner: Owner,
  plain: Served,
  apps: readonly App[],
  config: FacadeOptions,
): Promise<Scenario> {
  const tls = await certificates(owner);
  const { server, costOf } = await startFacade(owner, { ...config, tls });
  const paths = (await Promise.all(apps.map((app) => pathsOf(plain, app)))).flat();
  const answers = await recordAnswers(owner, plain.host, paths, plain.puller.user);
  const floor = (await startFloor(owner, 'bare node:http', answers, tls)).open;
  const { user } = server.puller;
  const ours: Registry = { hosts: [server.host], user, ca: tls.ca };
  const fleet = await startFleet(owner, { nodes, registry: ours, idleConnectionMs: 1_000 });
  const starts = [...apps, ...apps].map((app, at): Start => {
    // The second of an app is not where its first is.
    const node = (at + Math.floor(at / apps.length)) % nodes;
    return { atMs: 0, node, reference: referenceOf(app) };
  });
  const pullAll = async (registry: Registry): Promise<number> => {
    await fleet.forget();
    await fleet.use(registry);
    const { pulls, corrupt } = await fleet.run(starts);
    if (pulls.done !== starts.length || corrupt > 0)
      throw new Error(`Of ${starts.length} pulls ${pulls.done} were done: ${JSON.stringify(pulls.reasons)}`);
    return pulls.done;
  };
  return {
    name: pullsName,
    unit: 'pull',
    facade: async () => {
      const { work, cpuSeconds, copied } = await costOf(() => pullAll(ours));
      // Of TLS, what is allocated depends on how bytes arrive.
      return { work, cpuSeconds, copied };
    },
    floor: async () => {
      const before = await treeCpuSeconds(floor.pid);
      const work = await pullAll({ ...ours, hosts: [floor.host] });
      return { work, cpuSeconds: (await treeCpuSeconds(floor.pid)) - before };
    },
  };
}

/** All that a node asks for, of one app. */
async function pathsOf({ host, puller }: Served, { name, hash }: App): Promise<string[]> {
  const folder = `/v2/cloudfoundry/${name}`;
  const headers = { authorization: basic(puller.user) };
  const answer = await fetch(`http://${host}${folder}/manifests/${hash}`, { headers });
  const digest = answer.headers.get('Docker-Content-Digest') ?? '';
  const { config, layers } = (await answer.json()) as Record<'config', Blob> & { layers: Blob[] };
  const blobs = [config, ...layers].map((blob) => `${folder}/blobs/${blob.digest}`);
  return [`${folder}/manifests/${hash}`, `${folder}/manifests/${digest}`, ...blobs];
}

type Blob = { digest: string };
