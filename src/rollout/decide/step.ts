import type { Pod } from '../fleet/pod.ts';
import type { Workload } from '../fleet/workload.ts';

/** What is to be done to pods and workloads. Each may be done twice, or find that there is nothing left to do. */
export type Step =
  | { kind: 'evict'; guid: string; pod: Pod }
  /** of a pod that is broken on a version that it must leave */
  | { kind: 'delete'; guid: string; pod: Pod }
  /** of a Deployment that replaces its pods by itself; `mark` is what its template will bear */
  | { kind: 'restart'; guid: string; workload: Workload; mark: string }
  /** one more pod for a while, or one less again; `from` is how many there were before */
  | { kind: 'surge'; guid: string; workload: Workload; from: number }
  | { kind: 'unsurge'; guid: string; workload: Workload };
