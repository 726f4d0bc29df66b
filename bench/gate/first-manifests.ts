import { Pool } from 'undici';
import { basic } from '../../test/helpers/basic.ts';
import type { Contestant } from '../contest/contestant.ts';
import { measure } from '../contest/measure.ts';
import { usualConnections, type Task } from '../contest/task.ts';
import type { App } from '../load/workload/workload.ts';
import { startFacade, type FacadeOptions } from './facade.ts';
import type { Scenario } from './scenario.ts';

export const firstManifestsName = 'GET manifests of many apps, once each';

/** Apps that are asked for before anything is counted: code is compiled, and nothing is known of the others. */
const warmUp = 300;

/**
 * The manifest of each app once, all converted before, from a facade that knows none of them: it is started for each round. The
 * floor is asked for one task over and over.
 * @param config of the facade @param apps those that warm up come first
 */
export function firstManifests(
  config: FacadeOptions,
  apps: readonly App[],
  floor: Contestant,
  floorTask: Task,
): Scenario {
  const paths = apps.map(({ name, hash }) => `/v2/cloudfoundry/${name}/manifests/${hash}`);
  return {
    name: firstManifestsName,
    unit: 'request',
    facade: async () => {
      await using stack = new AsyncDisposableStack();
      const { server, costOf } = await startFacade(stack, config);
      await askOnce(server, paths.slice(0, warmUp));
      return await costOf(() => askOnce(server, paths.slice(warmUp)));
    },
    floor: async () => {
      const { requests, cpuSeconds } = await measure(floor, floorTask, 1);
      return { work: requests, cpuSeconds };
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
