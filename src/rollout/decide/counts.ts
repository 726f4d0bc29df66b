import type { Counts } from '../stack/status.ts';
import type { Standing } from './survey.ts';

/** How many apps stand where. One that failed is moving until it is back. */
export function countsOf(standings: readonly Standing[]): Counts {
  const counts = { apps: standings.length, waiting: 0, moving: 0, done: 0, failed: 0, skipped: 0 };
  for (const { verdict, back } of standings) counts[back?.isBack === false ? 'moving' : verdict.state]++;
  return counts;
}

/** Of several waves. */
export function sumOf(waves: readonly Counts[]): Counts {
  const sum = { apps: 0, waiting: 0, moving: 0, done: 0, failed: 0, skipped: 0 };
  for (const counts of waves) {
    sum.apps += counts.apps;
    sum.waiting += counts.waiting;
    sum.moving += counts.moving;
    sum.done += counts.done;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  return sum;
}
