import type { App } from '../fleet/app.ts';
import { parseBudget, type Budget } from '../fleet/budget.ts';
import { LiveApps } from '../fleet/live-apps.ts';
import { parsePod } from '../fleet/parse-pod.ts';
import { parseWorkload } from '../fleet/parse-workload.ts';
import type { Pod } from '../fleet/pod.ts';
import type { Workload } from '../fleet/workload.ts';
import type { Api } from '../kubernetes/api.ts';
import { Mirror, type Follower, type MirrorOptions } from '../kubernetes/mirror.ts';

export const paths = {
  pods: '/api/v1/pods',
  statefulSets: '/apis/apps/v1/statefulsets',
  deployments: '/apis/apps/v1/deployments',
  budgets: '/apis/policy/v1/poddisruptionbudgets',
} as const;

/** What runs droplets of some registries in a cluster, kept as it changes. */
export class Cluster {
  readonly #pods: Mirror<Pod>;
  readonly #statefulSets: Mirror<Workload>;
  readonly #deployments: Mirror<Workload>;
  readonly #budgets: Mirror<Budget>;

  readonly #apps = new LiveApps();
  #areBudgetsNew = true;

  constructor(api: Api, registries: ReadonlySet<string>, options: MirrorOptions) {
    const apps = this.#apps;
    const pods: Follower<Pod> = { added: (pod) => apps.addPod(pod), removed: (pod) => apps.removePod(pod) };
    const workloads: Follower<Workload> = {
      added: (workload) => apps.addWorkload(workload),
      removed: (workload) => apps.removeWorkload(workload),
    };
    const note = (): void => {
      this.#areBudgetsNew = true;
    };
    const mirror = <T>(path: string, follower: Follower<T>, read: (object: unknown) => T | undefined) =>
      new Mirror(api, path, read, { ...options, follower });
    this.#pods = mirror(paths.pods, pods, (object) => parsePod(object, registries));
    this.#statefulSets = mirror(paths.statefulSets, workloads, (object) =>
      parseWorkload('StatefulSet', object, registries),
    );
    this.#deployments = mirror(paths.deployments, workloads, (object) =>
      parseWorkload('Deployment', object, registries),
    );
    this.#budgets = mirror(paths.budgets, { added: note, removed: note }, parseBudget);
  }

  /** Resolves when everything was listed once. */
  async synced(): Promise<void> {
    await Promise.all(this.#mirrors().map((mirror) => mirror.synced));
  }

  /** All apps by guid, as they are now; until it is asked again. */
  apps(): Map<string, App> {
    if (this.#areBudgetsNew) this.#apps.takeBudgets([...this.#budgets.items()]);
    this.#areBudgetsNew = false;
    return this.#apps.apps();
  }

  /** Since when some of it may be out of date; milliseconds since the epoch. */
  get staleSince(): number | undefined {
    const times = this.#mirrors().map(({ staleSince }) => staleSince ?? Number.POSITIVE_INFINITY);
    const first = Math.min(...times);
    return Number.isFinite(first) ? first : undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.#mirrors().map((mirror) => mirror.close()));
  }

  #mirrors(): Pick<Mirror<Pod>, 'synced' | 'staleSince' | 'close'>[] {
    return [this.#pods, this.#statefulSets, this.#deployments, this.#budgets];
  }
}
