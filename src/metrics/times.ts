/** Durations of one kind, counted by their length: plain data, which may come from another process. */
export type Times = {
  /** Under the same index as in the bounds: those that took so long at the most, and longer than the bound before; then those longer than all. */
  counts: number[];
  /** seconds of all together */
  sum: number;
};

/** Seconds, rising: what durations are told apart by. */
export type TimeBounds = readonly number[];

export function newTimes(bounds: TimeBounds): Times {
  return { counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 };
}

/** Counts a duration. */
export function addTime(times: Times, bounds: TimeBounds, seconds: number): void {
  let at = 0;
  while (at < bounds.length && seconds > (bounds[at] ?? 0)) at++;
  times.counts[at] = (times.counts[at] ?? 0) + 1;
  times.sum += seconds;
}

/** Adds what `more` counted by the same bounds. */
export function addTimes(to: Times, more: Times): void {
  for (const [at, count] of more.counts.entries()) to.counts[at] = (to.counts[at] ?? 0) + count;
  to.sum += more.sum;
}
