import { check } from '../contest/check.ts';
import type { Contestant } from '../contest/contestant.ts';
import { load } from '../contest/load.ts';
import { measure } from '../contest/measure.ts';
import type { Task } from '../contest/task.ts';
import type { Facade } from './facade.ts';
import type { Scenario } from './scenario.ts';

/** @property floorTask what the floor is asked for, where that is something else */
export type Loaded = { task: Task; unit: 'request' | 'megabyte'; floorTask?: Task };

/** Of load, in a round. */
const seconds = 1;

/** Of load before anything is counted: for so long the compiler and the heap of a server change what a request costs by half. */
const settlingSeconds = 3;

/**
 * One request, asked over and over on kept connections.
 * @throws Error where the facade or the floor answers wrongly
 */
export async function loadedScenario(
  { server, costOf }: Facade,
  floor: Contestant,
  { task, unit, floorTask = task }: Loaded,
): Promise<Scenario> {
  const work = ({ requests, bytes, errors }: Awaited<ReturnType<typeof load>>): number => {
    const done = unit === 'request' ? requests : bytes / 1e6;
    if (errors > 0 || done === 0) throw new Error(`${task.name}: ${errors} errors, ${done} ${unit}s done`);
    return done;
  };
  await check({ name: 'dropstack', open: server, guarded: server }, task);
  await check(floor, floorTask);
  await load(server.host, task, settlingSeconds);
  return {
    name: task.name,
    unit,
    facade: () => costOf(async () => work(await load(server.host, task, seconds))),
    floor: async () => {
      const measured = await measure(floor, floorTask, seconds);
      return { work: work(measured), cpuSeconds: measured.cpuSeconds };
    },
  };
}
