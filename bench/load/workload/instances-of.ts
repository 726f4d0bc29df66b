import { random } from './random.ts';
import type { Workload } from './workload.ts';

/** A container: the number of its app, and of the node that it runs on, both from 0. */
export type Instance = { app: number; node: number };

/**
 * Where everything runs. Most apps have one instance, some two, few up to ten, and exactly as many as the workload says in
 * all. They are dealt to the nodes as cards are: no node has two more than another, and the instances of one app lie apart
 * as far as there are nodes.
 */
export function instancesOf({ seed, nodes, apps, instances }: Workload): Instance[] {
  const counts = countsOf(seed, apps, instances);
  const order = random(seed, 'deal').shuffled(counts.keys());
  const all = order.flatMap((app) => Array.from({ length: counts[app] ?? 0 }, () => app));
  return all.map((app, dealt) => ({ app, node: dealt % nodes }));
}

/** How many more than one an app has that has more, each as often as any other: two and a half in the mean. */
const more = [1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 5, 9];

/** Once round, about four in ten apps get more, where the mean is two. A higher mean goes round again. */
function countsOf(seed: number, apps: number, instances: number): number[] {
  const { below, shuffled } = random(seed, 'instances');
  const counts = Array.from({ length: apps }, () => 1);
  for (let left = instances - apps; left > 0;) {
    for (const app of shuffled(counts.keys())) {
      const gets = Math.min(left, more[below(more.length)] ?? 1);
      counts[app] = (counts[app] ?? 0) + gets;
      left -= gets;
    }
  }
  return counts;
}
