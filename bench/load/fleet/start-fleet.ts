import { atEnd, type Owner } from '../../../test/helpers/owner.ts';
import type { Fleet, FleetOptions } from './fleet.ts';
import { mergeParts } from './merge-parts.ts';
import type { Command } from './messages.ts';
import { startNodes, type Nodes } from './start-nodes.ts';

/** Time for the processes to hear of a run before it begins. */
const leadMs = 100;

/** Starts the processes of a fleet. They end with their owner. */
export async function startFleet(owner: Owner, options: FleetOptions): Promise<Fleet> {
  const { registry, parallelPulls = 1, firstBackoffMs = 10_000, idleConnectionMs = 30_000 } = options;
  const count = Math.max(1, Math.min(options.processes ?? 1, options.nodes));
  const processes: Nodes[] = Array.from({ length: count }, startNodes);
  const tellAll = async (command: Command): Promise<void> => {
    await Promise.all(processes.map(({ tell }) => tell(command)));
  };
  const close = async (): Promise<void> => {
    await Promise.all(processes.map((nodes) => nodes.close()));
  };
  atEnd(owner, close);
  await tellAll({ name: 'set up', registry, settings: { parallelPulls, firstBackoffMs, idleConnectionMs } });
  return {
    run: async (starts, { giveUpMs = 600_000 } = {}) => {
      const stranger = starts.find(({ node }) => node < 0 || node >= options.nodes);
      if (stranger !== undefined) throw new Error(`The fleet has no node ${stranger.node}`);
      const at = Date.now() + leadMs;
      const parts = await Promise.all(
        processes.map(async ({ tell }, index) => {
          const own = starts.filter(({ node }) => node % count === index);
          return (await tell({ name: 'run', starts: own, at, giveUpMs })) ?? [];
        }),
      );
      const firstDueMs = starts.reduce((first, { atMs }) => Math.min(first, atMs), Infinity);
      return mergeParts(parts.flat(), starts.length === 0 ? 0 : firstDueMs);
    },
    forget: (nodes) => tellAll({ name: 'forget', nodes }),
    use: (to) => tellAll({ name: 'use', registry: to }),
    close,
  };
}
