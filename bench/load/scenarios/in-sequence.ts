import type { Histogram } from 'hdr-histogram-js';
import type { Observed, ObservedKind } from '../fleet/observed.ts';
import { addReason, eachKind } from '../fleet/recording.ts';
import { createTimes } from '../fleet/times.ts';

/** What a fleet saw in several runs, one after the other, as if they were one without pauses. */
export function inSequence(runs: readonly Observed[]): Observed {
  const sum = (of: (run: Observed) => number): number => runs.reduce((total, run) => total + of(run), 0);
  return {
    seconds: sum(({ seconds }) => seconds),
    pulls: {
      wanted: sum(({ pulls }) => pulls.wanted),
      done: sum(({ pulls }) => pulls.done),
      failed: sum(({ pulls }) => pulls.failed),
      reasons: counts(runs.map(({ pulls }) => pulls.reasons)),
    },
    pull: times(runs.map(({ pull }) => pull)),
    kinds: eachKind((kind) => kindsTogether(runs.map(({ kinds }) => kinds[kind]))),
    challenges: sum(({ challenges }) => challenges),
    retries: sum(({ retries }) => retries),
    backoffs: sum(({ backoffs }) => backoffs),
    resumed: sum(({ resumed }) => resumed),
    corrupt: sum(({ corrupt }) => corrupt),
    connections: sum(({ connections }) => connections),
    timeline: runs.flatMap(({ timeline }) => timeline),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
  };
}

function kindsTogether(kinds: readonly ObservedKind[]): ObservedKind {
  return {
    requests: kinds.reduce((total, { requests }) => total + requests, 0),
    errors: counts(kinds.map(({ errors }) => errors)),
    bytes: kinds.reduce((total, { bytes }) => total + bytes, 0),
    firstByte: times(kinds.map(({ firstByte }) => firstByte)),
    total: times(kinds.map(({ total }) => total)),
  };
}

function counts(all: readonly Record<string, number>[]): Record<string, number> {
  const together: Record<string, number> = {};
  for (const [name, count] of all.flatMap((some) => Object.entries(some))) addReason(together, name, count);
  return together;
}

function times(all: readonly Histogram[]): Histogram {
  const together = createTimes();
  for (const one of all) together.add(one);
  return together;
}
