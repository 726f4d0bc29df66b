import { check } from '../contest/check.ts';
import type { Contestant } from '../contest/contestant.ts';
import { load } from '../contest/load.ts';
import type { Task } from '../contest/task.ts';
import { beside } from './beside.ts';
import { startFacade, type Facade, type FacadeOptions } from './facade.ts';
import { withoutAllocated, type Scenario, type Stage } from './scenario.ts';

/** @property floorTask what the floor is asked for, where that is something else */
export type Loaded = { task: Task; unit: 'request' | 'megabyte'; floor: Contestant; floorTask?: Task };

/** Of load, in a round. */
const seconds = 2;

/** Of load with each task before anything is counted: the compiler and the heap of a new server change what a request costs by half. */
const settlingSeconds = 1;

/** Requests that are asked over and over on kept connections, of one facade that has answered them all before. */
export function loadedStage(config: FacadeOptions, all: readonly Loaded[]): Stage {
  return {
    names: all.map(({ task }) => task.name),
    open: async (owner) => {
      const facade = await startFacade(owner, config);
      for (const { task } of all) await load(facade.server.host, task, settlingSeconds);
      return Promise.all(all.map((one) => loadedScenario(facade, one)));
    },
  };
}

/** @throws Error where the facade or the floor answers wrongly */
async function loadedScenario(
  { server, measure }: Facade,
  { task, unit, floor, floorTask = task }: Loaded,
): Promise<Scenario> {
  const asked = (host: string, what: Task) => async (): Promise<number> => {
    const { requests, bytes, errors } = await load(host, what, seconds);
    const done = unit === 'request' ? requests : bytes / 1e6;
    if (errors > 0 || done === 0) throw new Error(`${task.name}: ${errors} errors, ${done} ${unit}s done`);
    return done;
  };
  await check({ name: 'dropstack', open: server, guarded: server }, task);
  await check(floor, floorTask);
  const facade = { pid: server.pid, ask: asked(server.host, task) };
  const least = { pid: floor.open.pid, ask: asked(floor.open.host, floorTask) };
  return {
    name: task.name,
    measure: async () => {
      const series = await measure(() => beside(facade, least));
      // Of megabytes, what is allocated depends on how fast they go: each wait for a socket takes some.
      return unit === 'request' ? series : withoutAllocated(series);
    },
  };
}
