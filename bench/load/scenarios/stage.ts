import { availableParallelism } from 'node:os';
import type { Owner } from '../../../test/helpers/owner.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { startFleet } from '../fleet/start-fleet.ts';
import { startFoundation, type Foundation, type FoundationOptions } from '../foundation/start-foundation.ts';
import type { Arrival } from '../workload/arrivals.ts';
import { instancesOf, type Instance } from '../workload/instances-of.ts';
import type { Start, Workload } from '../workload/workload.ts';
import { idleConnectionMs, type Setting } from './setting.ts';

/** A facade, and a fleet in front of it. */
export type Stage = Foundation & {
  workload: Workload;
  fleet: Fleet;
  /** where everything runs */
  instances: readonly Instance[];
  /** When each of these instances starts; all, where none are named. */
  starts: (arrival: Arrival, instances?: readonly Instance[]) => Start[];
};

/** Opens a stage on which nothing is converted and no node has anything. */
export async function openStage(
  owner: Owner,
  setting: Setting,
  changes: Partial<FoundationOptions> = {},
): Promise<Stage> {
  const { store, tls, processes, firstBackoffMs } = setting;
  const { workload } = { ...setting, ...changes };
  const config = { ...(processes === 1 ? {} : { processes }), ...changes.config };
  const foundation = await startFoundation(owner, { workload, store, tls, ...changes, config });
  const fleet = await startFleet(owner, {
    nodes: workload.nodes,
    registry: foundation.registry,
    processes: Math.max(1, Math.floor(availableParallelism() / 2)),
    idleConnectionMs,
    ...(firstBackoffMs === undefined ? {} : { firstBackoffMs }),
  });
  const instances = instancesOf(workload);
  return {
    ...foundation,
    workload,
    fleet,
    instances,
    starts: (arrival, some = instances) => arrival(some, foundation.apps),
  };
}
