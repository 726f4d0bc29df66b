import { addTimes, newTimes, type TimeBounds, type Times } from '../metrics/times.ts';

/** What may be asked of a store. `get` opens an object. */
export const operations = ['get', 'stat', 'list', 'put', 'remove'] as const;
export type Operation = (typeof operations)[number];

/** Seconds, from those of a disk to those of an object store in trouble. */
export const storeBounds: TimeBounds = [
  0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
];

/** What was asked of a store, and the bytes that moved: plain data, which may come from another process. */
export type StoreCounters = {
  /** bytes of bodies that came from it, also those that nobody read any more */
  bytesRead: number;
  /** bytes that it was given, also those of puts whose condition did not hold and of streams that broke */
  bytesWritten: number;
  requests: Record<Operation, number>;
  /** of `requests`, those that the store could not answer; under `get` also bodies that broke on their way */
  failures: Record<Operation, number>;
  /**
   * In `storeBounds`, how long it took to answer, or to fail: a `get` until the body begins, a `list` until its first object is
   * there. Puts of streams are left out: they take as long as the stream.
   */
  times: Record<Operation, Times>;
};

export function newStoreCounters(): StoreCounters {
  return { bytesRead: 0, bytesWritten: 0, requests: none(), failures: none(), times: noTimes() };
}

/** Adds what `more` counted. */
export function addCounters(to: StoreCounters, more: StoreCounters): void {
  to.bytesRead += more.bytesRead;
  to.bytesWritten += more.bytesWritten;
  for (const operation of operations) {
    to.requests[operation] += more.requests[operation];
    to.failures[operation] += more.failures[operation];
    addTimes(to.times[operation], more.times[operation]);
  }
}

/** What was counted since the last call: `counters` begins again at zero. */
export function takeCounters(counters: StoreCounters): StoreCounters {
  const taken = { ...counters };
  Object.assign(counters, newStoreCounters());
  return taken;
}

function none(): Record<Operation, number> {
  return { get: 0, stat: 0, list: 0, put: 0, remove: 0 };
}

function noTimes(): Record<Operation, Times> {
  const [get, stat, list] = [newTimes(storeBounds), newTimes(storeBounds), newTimes(storeBounds)];
  return { get, stat, list, put: newTimes(storeBounds), remove: newTimes(storeBounds) };
}
