import type { App } from '../fleet/app.ts';
import { parseBudget } from '../fleet/budget.ts';
import { gatherApps } from '../fleet/gather-apps.ts';
import { parsePod } from '../fleet/parse-pod.ts';
import { parseWorkload } from '../fleet/parse-workload.ts';
import type { Api } from '../kubernetes/api.ts';
import { paths } from './cluster.ts';

/** The apps of a cluster by guid, listed once. */
export async function listApps(api: Api, registries: ReadonlySet<string>): Promise<Map<string, App>> {
  const [pods, statefulSets, deployments, budgets] = await Promise.all([
    api.list(paths.pods, (object) => parsePod(object, registries)),
    api.list(paths.statefulSets, (object) => parseWorkload('StatefulSet', object, registries)),
    api.list(paths.deployments, (object) => parseWorkload('Deployment', object, registries)),
    api.list(paths.budgets, parseBudget),
  ]);
  return gatherApps({
    pods: pods.items,
    workloads: [...statefulSets.items, ...deployments.items],
    budgets: budgets.items,
  });
}
