import { random } from './random.ts';
import type { Workload } from './workload.ts';

/** The size of each app's droplet by the app's number: no size is drawn twice more than another. */
export function sizesOf({ seed, apps, sizes }: Workload): number[] {
  const even = Array.from({ length: apps }, (_, app) => sizes[app % sizes.length] ?? 0);
  return random(seed, 'sizes').shuffled(even);
}
