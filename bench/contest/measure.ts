import { treeCopiedBytes, treeCpuSeconds } from '../process-tree.ts';
import type { Contestant } from './contestant.ts';
import { load, type Load } from './load.ts';
import type { Task } from './task.ts';

/**
 * What a load has cost the server, all its processes together. `copied` are the bytes that went through its read and
 * write calls, of files, sockets and its log.
 */
export type Measured = Load & { cpuSeconds: number; copied: number };

/** Loads one contestant with one task for some seconds. */
export async function measure(contestant: Contestant, task: Task, seconds: number): Promise<Measured> {
  const { host, pid } = contestant[task.user === undefined ? 'open' : 'guarded'];
  const [cpuBefore, copiedBefore] = [await treeCpuSeconds(pid), await treeCopiedBytes(pid)];
  const seen = await load(host, task, seconds);
  const [cpuAfter, copiedAfter] = [await treeCpuSeconds(pid), await treeCopiedBytes(pid)];
  return { ...seen, cpuSeconds: cpuAfter - cpuBefore, copied: copiedAfter - copiedBefore };
}
