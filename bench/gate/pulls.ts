import { basic } from '../../test/helpers/basic.ts';
import type { Owner } from '../../test/helpers/owner.ts';
import type { Served } from '../../test/helpers/serve.ts';
import { certificates } from '../../test/helpers/tls.ts';
import { recordAnswers } from '../contest/answers.ts';
import { startFloor } from '../contest/floors.ts';
import type { Fleet } from '../load/fleet/fleet.ts';
import { startFleet } from '../load/fleet/start-fleet.ts';
import { referenceOf } from '../load/workload/reference-of.ts';
import type { App, Start } from '../load/workload/workload.ts';
import { treeCpuSeconds } from '../process-tree.ts';
import { startFacade, type FacadeOptions } from './facade.ts';
import { withoutAllocated, type Stage } from './scenario.ts';

const pullsName = 'whole pulls over TLS';

const nodes = 10;

/**
 * Whole pulls by a fleet of empty nodes over TLS, each app on two of them, from a facade that has given them all before.
 * @param plain another facade over the same store, which speaks HTTP @param config of the one that is measured
 */
export async function pullsStage(
  owner: Owner,
  plain: Served,
  apps: readonly App[],
  config: FacadeOptions,
): Promise<Stage> {
  const tls = await certificates(owner);
  const paths = (await Promise.all(apps.map((app) => pathsOf(plain, app)))).flat();
  const answers = await recordAnswers(owner, plain.host, paths, plain.puller.user);
  const { host, pid } = (await startFloor(owner, 'bare node:http', answers, tls)).open;
  const { user } = plain.puller;
  const fleetFor = (to: string): Promise<Fleet> =>
    startFleet(owner, { nodes, registry: { hosts: [to], user, ca: tls.ca }, idleConnectionMs: 1_000 });
  const fleets = { facade: await fleetFor(host), floor: await fleetFor(host) };
  const starts = [...apps, ...apps].map((app, at): Start => {
    // The second of an app is not where its first is.
    const node = (at + Math.floor(at / apps.length)) % nodes;
    return { atMs: 0, node, reference: referenceOf(app) };
  });
  const pullAll = async (fleet: Fleet, from: { host: string; pid: number }): Promise<number> => {
    await fleet.forget();
    await fleet.use({ hosts: [from.host], user, ca: tls.ca });
    const before = await treeCpuSeconds(from.pid);
    const { pulls, corrupt } = await fleet.run(starts);
    if (pulls.done !== starts.length || corrupt > 0)
      throw new Error(`Of ${starts.length} pulls ${pulls.done} were done: ${JSON.stringify(pulls.reasons)}`);
    return (await treeCpuSeconds(from.pid)) - before;
  };
  return {
    names: [pullsName],
    open: async (round) => {
      const { server, measure } = await startFacade(round, { ...config, tls });
      await pullAll(fleets.facade, server);
      const both = async () => {
        const [ours, least] = await Promise.all([
          pullAll(fleets.facade, server),
          pullAll(fleets.floor, { host, pid }),
        ]);
        return { ratios: [ours / least], work: starts.length };
      };
      // Of TLS, what is allocated depends on how bytes arrive.
      return [{ name: pullsName, measure: async () => withoutAllocated(await measure(both)) }];
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
