import { addTimes, addUp, type Addable } from './add-up.ts';
import type { Observed } from './observed.ts';
import { eachKind, type RecordedPart } from './recording.ts';
import { readTimes } from './times.ts';

/**
 * What the processes of a fleet saw together.
 * @param firstDueMs when the first start was due, in milliseconds after the run began
 */
export function mergeParts(parts: readonly RecordedPart[], firstDueMs: number): Observed {
  const endMs = Math.max(firstDueMs, ...parts.map((part) => part.endMs));
  return {
    seconds: (endMs - firstDueMs) / 1000,
    ...addUp(parts.map(readPart)),
    timeline: mergeTimelines(parts),
  };
}

function readPart(part: RecordedPart): Addable {
  return {
    ...part,
    pull: readTimes(part.pull),
    kinds: eachKind((kind) => {
      const seen = part.kinds[kind];
      return { ...seen, firstByte: readTimes(seen.firstByte), total: readTimes(seen.total) };
    }),
  };
}

function mergeTimelines(parts: readonly RecordedPart[]): Observed['timeline'] {
  const seconds = Math.max(0, ...parts.map(({ timeline }) => timeline.length));
  return Array.from({ length: seconds }, (_, at) => {
    const of = parts.flatMap(({ timeline }) => timeline[at] ?? []);
    const sum = (name: 'requests' | 'errors' | 'bytes' | 'pulls') =>
      of.reduce((total, second) => total + second[name], 0);
    const texts = of.map((second) => second.times).filter((text) => text !== '');
    const times = addTimes(texts.map(readTimes), 1);
    return {
      requests: sum('requests'),
      errors: sum('errors'),
      bytes: sum('bytes'),
      pulls: sum('pulls'),
      p99Ms: times.totalCount === 0 ? 0 : times.getValueAtPercentile(99) / 1000,
    };
  });
}
