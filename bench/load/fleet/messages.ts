import type { Start } from '../workload/workload.ts';
import type { FleetOptions, Registry } from './fleet.ts';
import type { RecordedPart } from './recording.ts';

/** What the nodes of one process are. */
export type NodeSettings = Required<
  Pick<FleetOptions, 'parallelPulls' | 'firstBackoffMs' | 'idleConnectionMs'>
>;

/** What a fleet tells one of its processes. `at` is the begin of a run, in milliseconds since 1970. */
export type Command =
  | { name: 'set up'; registry: Registry; settings: NodeSettings }
  | { name: 'run'; starts: readonly Start[]; at: number; giveUpMs: number }
  | { name: 'forget'; nodes: readonly number[] | undefined }
  | { name: 'use'; registry: Registry };

export type Order = { id: number; command: Command };

/** One for each order; `part` is that of a run. */
export type Answer = { id: number; part?: RecordedPart; error?: string };
