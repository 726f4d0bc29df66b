import type { App } from './app.ts';
import type { Budget } from './budget.ts';
import { obstacleOf } from './obstacle.ts';
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
  const apps = new Map<string, App>();
  const appOf = (guid: string): App => {
    const found = apps.get(guid) ?? { guid, workloads: [], pods: [], tasks: 0, obstacle: undefined };
    apps.set(guid, found);
    return found;
  };
  for (const workload of workloads) {
    for (const guid of guidsOf(workload)) appOf(guid).workloads.push(workload);
  }
  for (const pod of pods) {
    for (const guid of guidsOf(pod)) {
      const app = appOf(guid);
      if (pod.isTask) app.tasks++;
      else app.pods.push(pod);
    }
  }
  const byNamespace = Map.groupBy(budgets, ({ namespace }) => namespace);
  for (const app of apps.values()) app.obstacle = obstacleOf(app, byNamespace);
  return apps;
}

/** One, as a rule. */
function guidsOf({ containers }: Pod | Workload): Set<string> {
  return new Set(containers.map(({ image }) => image.guid));
}
