import type { Pod } from './pod.ts';
import type { Workload } from './workload.ts';

/** All that runs the droplets of one guid: what is placed, restarted and judged as one. Tasks are not among its pods. */
export type App = {
  guid: string;
  workloads: Workload[];
  pods: Pod[];
  tasks: number;
  /** why no roll can move it; undefined where one can */
  obstacle: string | undefined;
};

/** How many pods it should have; undefined where nothing says. */
export function replicasOf({ workloads }: App): number | undefined {
  return workloads.length === 0 ? undefined : workloads.reduce((sum, { replicas }) => sum + replicas, 0);
}

/** Whether it has pods, or is to have some. */
export function isPresent(app: App): boolean {
  return app.pods.length > 0 || (replicasOf(app) ?? 0) > 0;
}

/** Whether an app got one more pod for a while, and has it still. */
export function isSurged(app: App | undefined): boolean {
  return app?.workloads.some(({ surgedFrom }) => surgedFrom !== undefined) ?? false;
}

/** The droplet that it runs; undefined where its images name none by its hash. */
export function hashOf({ pods, workloads }: App): string | undefined {
  for (const { containers } of [...pods, ...workloads])
    for (const { image } of containers) if ('hash' in image.reference) return image.reference.hash;
  return undefined;
}
