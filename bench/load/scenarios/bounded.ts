import type { Workload } from '../workload/workload.ts';

/** So many show all that there is to see where a store is far or a replica is gone. */
const mostApps = 60;

/** A part of a workload with few apps, and as many instances of each as before; and what a reader must know of it. */
export function bounded(workload: Workload): { part: Workload; notes: string[] } {
  if (workload.apps <= mostApps) return { part: workload, notes: [] };
  const instances = Math.round((workload.instances * mostApps) / workload.apps);
  return {
    part: { ...workload, apps: mostApps, instances },
    notes: [
      `with ${mostApps} apps and ${instances} instances only: more would take longer and show the same`,
    ],
  };
}
