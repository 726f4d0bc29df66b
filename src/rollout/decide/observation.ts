import type { StackRecord } from '../../rootfs/stack-record.ts';
import type { App } from '../fleet/app.ts';
import type { Identify } from '../fleet/identity.ts';
import type { Charter } from '../judge/charter.ts';
import type { StackResource } from '../stack/resource.ts';
import type { StackStatus } from '../stack/status.ts';
import type { Memory } from './memory.ts';

/** All that a decision is made from. */
export type Observation = {
  /** milliseconds since the epoch */
  now: number;
  stack: StackResource;
  status: StackStatus;
  record: StackRecord;
  /** those that run droplets of this stack */
  apps: ReadonlyMap<string, App>;
  identify: Identify;
  /** of the roll that is under way, by wave; those that were written */
  charters: readonly Charter[];
  /** of the roll that an undo takes back */
  undone: readonly Charter[];
  /** what the roll's plan chose as canaries */
  canaries: ReadonlySet<string>;
  memory: Memory;
};

/** Where a bare tag of `guid` leads. */
export function placementOf({ record }: Pick<Observation, 'record'>, guid: string): string | undefined {
  return Object.hasOwn(record.placements, guid) ? record.placements[guid] : record.promoted;
}

/** Whether somebody placed `guid`. */
export function isPlaced({ record }: Pick<Observation, 'record'>, guid: string): boolean {
  return Object.hasOwn(record.placements, guid);
}
