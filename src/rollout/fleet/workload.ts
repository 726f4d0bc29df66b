import type { DropletContainer, Owner } from './pod.ts';

export type WorkloadKind = 'StatefulSet' | 'Deployment';

/** What is kept of a thing that makes pods of a template. */
export type Workload = {
  kind: WorkloadKind;
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  /** a controller that writes it, as Eirini's does */
  owner: Owner | undefined;
  replicas: number;
  /** a Deployment that replaces its pods by itself when its template changes */
  rollsItself: boolean;
  /** volume claims: a second pod would lack what the first one keeps, or share it */
  hasClaims: boolean;
  /** of its pods */
  labels: Record<string, string>;
  /** in its template; `imageId` is empty */
  containers: DropletContainer[];
  /** its app is to stay where it is */
  isHeld: boolean;
  /** whether it may get one more pod first, before what the `Stack` says */
  surge: boolean | undefined;
  /** how many replicas it had before it got one more */
  surgedFrom: number | undefined;
  /** what its template was last restarted for */
  restartedFor: string | undefined;
};

/** Annotations of workloads; `restartedFor` is one of the template. */
export const workloadAnnotation = {
  hold: 'dropstack.dev/hold',
  surge: 'dropstack.dev/surge',
  surgedFrom: 'dropstack.dev/surged-from',
  restartedFor: 'dropstack.dev/restarted-for',
} as const;
