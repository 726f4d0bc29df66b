import type { Histogram } from 'hdr-histogram-js';
import { kinds, type Kind, type Observed } from './observed.ts';
import { addTime, createTimes, writeTimes } from './times.ts';

const events = ['challenges', 'retries', 'backoffs', 'resumed', 'corrupt', 'connections'] as const;
type Counters = Record<(typeof events)[number], number>;

/** Times on the steady clock in milliseconds. */
export type SeenRequest = {
  kind: Kind;
  begunMs: number;
  /** where an answer began */
  firstByteMs: number | undefined;
  endMs: number;
  bytes: number;
  /** where it was not answered with what was asked for: the status, or the network's code */
  error: string | undefined;
};

/** What one process saw in one run: histograms as text, times in milliseconds after the run began. */
export type RecordedPart = Counters & {
  pulls: Observed['pulls'];
  endMs: number;
  pull: string;
  kinds: Record<
    Kind,
    { requests: number; errors: Record<string, number>; bytes: number; firstByte: string; total: string }
  >;
  /** `times` are those of requests that ended in that second */
  timeline: { requests: number; errors: number; bytes: number; pulls: number; times: string }[];
  cpuSeconds: number;
};

/** Takes down what nodes see. A request that failed has its time to the failure in `total`. */
export interface Recording {
  request(seen: SeenRequest): void;
  count(event: keyof Counters): void;
  /** A start that is over; `reason` where it failed. */
  pull(dueMs: number, endMs: number, reason?: string): void;
  written(): RecordedPart;
}

/** @param begunMs of the run, on the steady clock */
export function createRecording(begunMs: number): Recording {
  const before = process.cpuUsage();
  const counters: Counters = {
    challenges: 0,
    retries: 0,
    backoffs: 0,
    resumed: 0,
    corrupt: 0,
    connections: 0,
  };
  const pulls: Observed['pulls'] = { wanted: 0, done: 0, failed: 0, reasons: {} };
  const pullTimes = createTimes();
  const ofKinds = eachKind(createKind);
  const seconds: Second[] = [];
  let lastMs = begunMs;
  const secondOf = (timeMs: number): Second => {
    const at = Math.max(0, Math.floor((timeMs - begunMs) / 1000));
    while (seconds.length <= at)
      seconds.push({ requests: 0, errors: 0, bytes: 0, pulls: 0, times: undefined });
    return seconds[at] ?? raise(`The run has no second ${at}`);
  };
  return {
    request: (seen) => {
      addToKind(ofKinds[seen.kind], seen);
      addToSecond(secondOf(seen.endMs), seen);
    },
    count: (event) => void counters[event]++,
    pull: (dueMs, endMs, reason) => {
      pulls.wanted++;
      if (reason === undefined) {
        pulls.done++;
        secondOf(endMs).pulls++;
        addTime(pullTimes, endMs - dueMs);
      } else {
        pulls.failed++;
        addReason(pulls.reasons, reason);
      }
      lastMs = Math.max(lastMs, endMs);
    },
    written: () => {
      const { user, system } = process.cpuUsage(before);
      return {
        ...counters,
        pulls,
        endMs: lastMs - begunMs,
        pull: writeTimes(pullTimes),
        kinds: eachKind((kind) => {
          const { firstByte, total, ...counts } = ofKinds[kind];
          return { ...counts, firstByte: writeTimes(firstByte), total: writeTimes(total) };
        }),
        timeline: seconds.map(({ times, ...counts }) => ({
          ...counts,
          times: times === undefined ? '' : writeTimes(times),
        })),
        cpuSeconds: (user + system) / 1e6,
      };
    },
  };
}

type OfKind = Observed['kinds'][Kind];
type Second = {
  requests: number;
  errors: number;
  bytes: number;
  pulls: number;
  times: Histogram | undefined;
};

const mostReasons = 100;

/** One entry for each kind. */
export function eachKind<T>(make: (kind: Kind) => T): Record<Kind, T> {
  return Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Record<Kind, T>;
}

/** Counts a reason; beyond a hundred of them, as one of `others`. */
export function addReason(reasons: Record<string, number>, reason: string, count = 1): void {
  const isKnown = reason in reasons || Object.keys(reasons).length < mostReasons - 1;
  const name = isKnown ? reason : 'others';
  reasons[name] = (reasons[name] ?? 0) + count;
}

function createKind(): OfKind {
  return { requests: 0, errors: {}, bytes: 0, firstByte: createTimes(), total: createTimes() };
}

function addToKind(of: OfKind, { begunMs, firstByteMs, endMs, bytes, error }: SeenRequest): void {
  of.requests++;
  of.bytes += bytes;
  if (firstByteMs !== undefined) addTime(of.firstByte, firstByteMs - begunMs);
  addTime(of.total, endMs - begunMs);
  if (error !== undefined) of.errors[error] = (of.errors[error] ?? 0) + 1;
}

function addToSecond(second: Second, { begunMs, endMs, bytes, error }: SeenRequest): void {
  second.requests++;
  second.bytes += bytes;
  if (error !== undefined) second.errors++;
  addTime((second.times ??= createTimes(1)), endMs - begunMs);
}

function raise(message: string): never {
  throw new Error(message);
}
