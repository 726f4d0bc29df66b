import type { Observed } from './observed.ts';
import { addReason, eachKind, type RecordedPart } from './recording.ts';
import { createTimes, readTimes } from './times.ts';

/**
 * What the processes of a fleet saw together.
 * @param firstDueMs when the first start was due, in milliseconds after the run began
 */
export function mergeParts(parts: readonly RecordedPart[], firstDueMs: number): Observed {
  const sum = (pick: (part: RecordedPart) => number) => parts.reduce((total, part) => total + pick(part), 0);
  const endMs = Math.max(firstDueMs, ...parts.map((part) => part.endMs));
  return {
    seconds: (endMs - firstDueMs) / 1000,
    pulls: {
      wanted: sum(({ pulls }) => pulls.wanted),
      done: sum(({ pulls }) => pulls.done),
      failed: sum(({ pulls }) => pulls.failed),
      reasons: mergeCounts(parts.map(({ pulls }) => pulls.reasons)),
    },
    pull: mergeTimes(parts.map(({ pull }) => pull)),
    kinds: eachKind((kind) => ({
      requests: sum(({ kinds }) => kinds[kind].requests),
      errors: mergeCounts(parts.map(({ kinds }) => kinds[kind].errors)),
      bytes: sum(({ kinds }) => kinds[kind].bytes),
      firstByte: mergeTimes(parts.map(({ kinds }) => kinds[kind].firstByte)),
      total: mergeTimes(parts.map(({ kinds }) => kinds[kind].total)),
    })),
    challenges: sum(({ challenges }) => challenges),
    retries: sum(({ retries }) => retries),
    backoffs: sum(({ backoffs }) => backoffs),
    resumed: sum(({ resumed }) => resumed),
    corrupt: sum(({ corrupt }) => corrupt),
    connections: sum(({ connections }) => connections),
    timeline: mergeTimelines(parts),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
  };
}

function mergeCounts(all: readonly Record<string, number>[]): Record<string, number> {
  const merged: Record<string, number> = {};
  for (const [name, count] of all.flatMap((counts) => Object.entries(counts))) addReason(merged, name, count);
  return merged;
}

function mergeTimes(texts: readonly string[], digits: 1 | 3 = 3): Observed['pull'] {
  const merged = createTimes(digits);
  for (const text of texts) merged.add(readTimes(text));
  return merged;
}

function mergeTimelines(parts: readonly RecordedPart[]): Observed['timeline'] {
  const seconds = Math.max(0, ...parts.map(({ timeline }) => timeline.length));
  return Array.from({ length: seconds }, (_, at) => {
    const of = parts.flatMap(({ timeline }) => timeline[at] ?? []);
    const sum = (name: 'requests' | 'errors' | 'bytes' | 'pulls') =>
      of.reduce((total, second) => total + second[name], 0);
    const times = mergeTimes(
      of.map((second) => second.times).filter((text) => text !== ''),
      1,
    );
    return {
      requests: sum('requests'),
      errors: sum('errors'),
      bytes: sum('bytes'),
      pulls: sum('pulls'),
      p99Ms: times.totalCount === 0 ? 0 : times.getValueAtPercentile(99) / 1000,
    };
  });
}
