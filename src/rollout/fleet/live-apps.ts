import type { App } from './app.ts';
import type { Budget } from './budget.ts';
import { budgetsOver } from './budgets-over.ts';
import { obstacleOf } from './obstacle.ts';
import type { Pod } from './pod.ts';
import type { Workload } from './workload.ts';

/** Few, as a rule: an array is smaller than a set. */
type Members = { workloads: Workload[]; pods: Pod[] };

/**
 * The apps of a cluster, kept as their parts come and go: of 40,000, few change in a second. An app is another object whenever
 * anything of it has changed, and the same one as long as nothing has.
 */
export class LiveApps {
  readonly #members = new Map<string, Members>();
  readonly #apps = new Map<string, App>();
  readonly #changed = new Set<string>();
  #budgets = budgetsOver([]);

  addPod(pod: Pod): void {
    for (const { pods } of this.#membersOf(pod)) pods.push(pod);
  }

  removePod(pod: Pod): void {
    for (const { pods } of this.#membersOf(pod)) remove(pods, pod);
  }

  addWorkload(workload: Workload): void {
    for (const { workloads } of this.#membersOf(workload)) workloads.push(workload);
  }

  removeWorkload(workload: Workload): void {
    for (const { workloads } of this.#membersOf(workload)) remove(workloads, workload);
  }

  /** Takes all budgets that there are, instead of those before. */
  takeBudgets(budgets: readonly Budget[]): void {
    this.#budgets = budgetsOver(budgets);
    for (const guid of this.#members.keys()) this.#changed.add(guid);
  }

  /** All apps by guid, until it is asked again. */
  apps(): Map<string, App> {
    for (const guid of this.#changed) this.#gather(guid);
    this.#changed.clear();
    return this.#apps;
  }

  #membersOf({ containers }: Pod | Workload): Members[] {
    // One guid, as a rule.
    const guids = new Set(containers.map(({ image }) => image.guid));
    return [...guids].map((guid) => {
      this.#changed.add(guid);
      const members = this.#members.get(guid) ?? { workloads: [], pods: [] };
      this.#members.set(guid, members);
      return members;
    });
  }

  #gather(guid: string): void {
    const { workloads, pods } = this.#members.get(guid) ?? { workloads: [], pods: [] };
    if (workloads.length + pods.length === 0) {
      this.#members.delete(guid);
      this.#apps.delete(guid);
      return;
    }
    const lasting = pods.filter(({ isTask }) => !isTask);
    const tasks = pods.length - lasting.length;
    const app: App = { guid, workloads: [...workloads], pods: lasting, tasks, obstacle: undefined };
    app.obstacle = obstacleOf(app, this.#budgets);
    this.#apps.set(guid, app);
  }
}

function remove<T>(items: T[], item: T): void {
  const at = items.indexOf(item);
  if (at !== -1) items.splice(at, 1);
}
