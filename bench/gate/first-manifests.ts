import { Pool } from 'undici';
import { basic } from '../../test/helpers/basic.ts';
import type { Contestant } from '../contest/contestant.ts';
import { load } from '../contest/load.ts';
import { usualConnections, type Task } from '../contest/task.ts';
import type { App } from '../load/workload/workload.ts';
import { beside } from './beside.ts';
import { startFacade, type FacadeOptions } from './facade.ts';
import type { Stage } from './scenario.ts';

const firstManifestsName = 'GET manifests of many apps, once each';

/** Apps that are asked for before anything is counted: code is compiled, and nothing is known of the others. */
const warmUp = 300;

/** That the floor is asked: no longer than the facade takes for all. */
const seconds = 1;

/**
 * The manifest of each app once, all converted before, from a facade that knows none of them. The floor is asked for one task
 * over and over.
 * @param config of the facade @param apps those that warm up come first
 */
export function firstManifestsStage(
  config: FacadeOptions,
  apps: readonly App[],
  floor: Contestant,
  floorTask: Task,
): Stage {
  const paths = apps.map(({ name, hash }) => `/v2/cloudfoundry/${name}/manifests/${hash}`);
  const name = firstManifestsName;
  return {
    names: [name],
    open: async (owner) => {
      const { server, measure } = await startFacade(owner, config);
      await askOnce(server, paths.slice(0, warmUp));
      const facade = { pid: server.pid, ask: () => askOnce(server, paths.slice(warmUp)) };
      const { host, pid } = floor.open;
      const least = { pid, ask: async () => (await load(host, floorTask, seconds)).requests };
      return [{ name, measure: () => measure(() => beside(facade, least)) }];
    },
  };
}

/** @returns how many */
async function askOnce(
  { host, puller }: { host: string; puller: { user: string } },
  paths: readonly string[],
): Promise<number> {
  const pool = new Pool(`http://${host}`, { connections: usualConnections });
  const headers = { authorization: basic(puller.user) };
  const next = paths.values();
  const work = async (): Promise<void> => {
    // Shared: each takes the next one.
    for (const path of next) {
      const { statusCode, body } = await pool.request({ method: 'GET', path, headers });
      await body.arrayBuffer();
      if (statusCode !== 200) throw new Error(`${path} was answered with ${statusCode}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: usualConnections }, work));
  } finally {
    await pool.destroy();
  }
  return paths.length;
}
