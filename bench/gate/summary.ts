import { median } from '../median.ts';

/** The middle of some values, and where that of all that could be measured lies: below `low`, and above `high`, once in twenty times at most. */
export type Summary = { median: number; low: number; high: number };

/**
 * Nothing is supposed of how values are spread: of so many, the median of all lies below the k-th smallest as often as so many
 * coins show heads less than k times. Fewer than five values are too few to tell: the bounds are then infinitely far.
 */
export function summaryOf(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const k = outermost(sorted.length);
  return {
    median: median(sorted),
    low: sorted[k - 1] ?? -Infinity,
    high: sorted[sorted.length - k] ?? Infinity,
  };
}

const chance = 1 / 20;

/** The largest k that is seldom enough; 0 where there is none. */
function outermost(count: number): number {
  let [k, sum, term] = [0, 0, 0.5 ** count];
  while (k < count && sum + term <= chance) {
    sum += term;
    term = (term * (count - k)) / (k + 1);
    k++;
  }
  return k;
}
