import type { Histogram } from 'hdr-histogram-js';
import type { Observed } from './observed.ts';
import { addReason, eachKind } from './recording.ts';
import { createTimes } from './times.ts';

/** All that can be added, of what was seen in several places or at several times: not how long it took, and not when. */
export type Addable = Omit<Observed, 'seconds' | 'timeline'>;

export function addUp(all: readonly Addable[]): Addable {
  const sum = (of: (one: Addable) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    pulls: {
      wanted: sum(({ pulls }) => pulls.wanted),
      done: sum(({ pulls }) => pulls.done),
      failed: sum(({ pulls }) => pulls.failed),
      reasons: addCounts(all.map(({ pulls }) => pulls.reasons)),
    },
    pull: addTimes(all.map(({ pull }) => pull)),
    kinds: eachKind((kind) => ({
      requests: sum(({ kinds }) => kinds[kind].requests),
      errors: addCounts(all.map(({ kinds }) => kinds[kind].errors)),
      bytes: sum(({ kinds }) => kinds[kind].bytes),
      firstByte: addTimes(all.map(({ kinds }) => kinds[kind].firstByte)),
      total: addTimes(all.map(({ kinds }) => kinds[kind].total)),
    })),
    challenges: sum(({ challenges }) => challenges),
    retries: sum(({ retries }) => retries),
    backoffs: sum(({ backoffs }) => backoffs),
    resumed: sum(({ resumed }) => resumed),
    corrupt: sum(({ corrupt }) => corrupt),
    connections: sum(({ connections }) => connections),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
  };
}

/** @param digits that the sum keeps of each time */
export function addTimes(all: readonly Histogram[], digits: 1 | 3 = 3): Histogram {
  const together = createTimes(digits);
  for (const one of all) together.add(one);
  return together;
}

function addCounts(all: readonly Record<string, number>[]): Record<string, number> {
  const together: Record<string, number> = {};
  for (const [name, count] of all.flatMap((some) => Object.entries(some))) addReason(together, name, count);
  return together;
}
