import { treeCpuSeconds, treePeakRss } from '../process-tree.ts';

/** CPU seconds and the highest resident memory so far, of each program by its name. */
export type Usage = Record<string, { cpuSeconds: number; peakRss: number }>;

export async function usageOf(programs: Readonly<Record<string, number>>): Promise<Usage> {
  const found = await Promise.all(
    Object.entries(programs).map(async ([name, pid]) => {
      const [cpuSeconds, peakRss] = await Promise.all([treeCpuSeconds(pid), treePeakRss(pid)]);
      return [name, { cpuSeconds, peakRss }] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** What was used between two looks; the memory is that of the second. */
export function usedBetween(before: Usage, after: Usage): Usage {
  return Object.fromEntries(
    Object.entries(after).map(([name, { cpuSeconds, peakRss }]) => [
      name,
      { cpuSeconds: cpuSeconds - (before[name]?.cpuSeconds ?? 0), peakRss },
    ]),
  );
}
