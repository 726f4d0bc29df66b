import { failure, ok, warning, type Verdict } from './check.ts';

/** Clocks tell whole seconds at times. */
const unseen = 5_000;
/** Signatures of requests hold for a quarter of an hour. */
const unbearable = 5 * 60_000;

/** How far a clock is off that said `told` between two moments of ours; milliseconds since the epoch. */
export function drift(told: number, before: number, after: number): Verdict {
  if (!Number.isFinite(told)) return failure('it tells no time');
  const off = told < before ? told - before : Math.max(0, told - after);
  const seconds = Math.round(Math.abs(off) / 1000);
  if (Math.abs(off) <= unseen) return ok('they agree within some seconds');
  const found = `it is ${seconds} seconds ${off < 0 ? 'behind' : 'ahead'}`;
  return Math.abs(off) > unbearable ? failure(found) : warning(found, 'have both set by NTP');
}
