import type { App } from './app.ts';
import type { Budget } from './budget.ts';
import { LiveApps } from './live-apps.ts';
import type { Pod } from './pod.ts';
import type { Workload } from './workload.ts';

/** All that was listed of a cluster, in no particular order. */
export type Fleet = {
  pods: Iterable<Pod>;
  /** those with droplets in their templates */
  workloads: Iterable<Workload>;
  budgets: readonly Budget[];
};

/** The apps of a cluster by guid. */
export function gatherApps({ pods, workloads, budgets }: Fleet): Map<string, App> {
  const live = new LiveApps();
  live.takeBudgets(budgets);
  for (const workload of workloads) live.addWorkload(workload);
  for (const pod of pods) live.addPod(pod);
  return live.apps();
}
