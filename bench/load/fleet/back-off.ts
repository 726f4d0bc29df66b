/** When a kubelet last put off a pull, on the steady clock, and for how long; milliseconds. */
export type BackOff = { atMs: number; delayMs: number };

/**
 * How long a kubelet waits after a failed pull: twice as long as the last time, thirty times the first at most. What lies
 * further back than twice that bound is forgotten.
 */
export function nextBackOff(last: BackOff | undefined, nowMs: number, firstMs: number): BackOff {
  const most = 30 * firstMs;
  const isForgotten = last === undefined || nowMs - last.atMs > 2 * most;
  return { atMs: nowMs, delayMs: isForgotten ? firstMs : Math.min(2 * last.delayMs, most) };
}
