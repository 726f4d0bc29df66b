import { isSurged, type App } from '../fleet/app.ts';
import type { Pod } from '../fleet/pod.ts';
import type { Workload } from '../fleet/workload.ts';
import type { RolloutSpec } from '../stack/spec.ts';
import type { Roll } from '../stack/status.ts';
import type { Step } from './step.ts';
import type { Standing } from './survey.ts';

/** What is to be done for apps that failed, always, and for those that move, unless `isStopped`. */
export function stepsOf(
  standings: readonly Standing[],
  roll: Roll,
  spec: RolloutSpec,
  isStopped: boolean,
): Step[] {
  const back = standings.flatMap(stepsBack);
  if (isStopped) return back;
  const busy = new Map<string, number>();
  const moving = standings.flatMap(({ verdict }) => (verdict.state === 'moving' ? verdict.unsettled : []));
  for (const { node } of moving) if (node !== undefined) busy.set(node, (busy.get(node) ?? 0) + 1);
  const forward = standings.flatMap((standing) => stepForward(standing, roll, spec));
  return [...back, ...forward.filter((step) => hasRoom(step, busy, spec.maxInFlight.perNode))];
}

/** Whether an app of one instance may get one more pod first: nothing else may write its replicas, or need its volume. */
export function maySurge({ workloads }: App, spec: RolloutSpec): boolean {
  const [workload] = workloads;
  if (workload === undefined || workloads.length > 1 || workload.kind !== 'StatefulSet') return false;
  const { owner, hasClaims, replicas, surge = spec.surge } = workload;
  return surge && owner === undefined && !hasClaims && replicas === 1;
}

/** What a surge has left when no roll is under way: a pod too many goes, unless it is the one that serves. */
export function stepsAtRest(apps: Iterable<App>): Step[] {
  return [...apps].flatMap((app) =>
    unsurgeOf(app.guid, app).filter(({ workload }) => !servesAlone(app, workload)),
  );
}

/** What the template of a Deployment bears that was restarted for an app of a roll. */
export function markOf({ id }: Roll, to: string): string {
  return `${id}/${to}`;
}

function stepsBack({ entry: { guid }, app, back }: Standing): Step[] {
  if (back === undefined) return [];
  if (back.isBack) return unsurgeOf(guid, app);
  const deletions = back.remove.map((pod) => ({ kind: 'delete', guid, pod }) as const);
  return back.evict === undefined ? deletions : [...deletions, { kind: 'evict', guid, pod: back.evict }];
}

function stepForward({ entry, app, verdict }: Standing, roll: Roll, spec: RolloutSpec): Step[] {
  const { guid, to } = entry;
  if (verdict.state === 'done') return unsurgeOf(guid, app);
  // What a budget has held up for too long is skipped, and may go on as soon as it is let.
  const pod = verdict.state === 'moving' || verdict.state === 'skipped' ? verdict.next : undefined;
  if (pod === undefined || app === undefined) return [];
  if (roll.kind === 'undo' && !pod.isReady) return [{ kind: 'delete', guid, pod }];
  const workload = workloadOf(pod, app);
  if (workload !== undefined && restartsItself(workload, spec)) {
    const mark = markOf(roll, to);
    return workload.restartedFor === mark ? [] : [{ kind: 'restart', guid, workload, mark }];
  }
  const [first] = app.workloads;
  if (first !== undefined && !isSurged(app) && maySurge(app, spec))
    return [{ kind: 'surge', guid, workload: first, from: first.replicas }];
  return [{ kind: 'evict', guid, pod }];
}

function unsurgeOf(guid: string, app: App | undefined): Extract<Step, { kind: 'unsurge' }>[] {
  return (app?.workloads ?? [])
    .filter(({ surgedFrom }) => surgedFrom !== undefined)
    .map((workload) => ({ kind: 'unsurge', guid, workload }));
}

/** The pod that goes is the one with the highest number. */
function servesAlone({ pods }: App, { name, surgedFrom = 1 }: Workload): boolean {
  const ready = pods.filter(({ isReady, isLeaving }) => isReady && !isLeaving);
  return ready.length > 0 && ready.every((pod) => pod.name === `${name}-${surgedFrom}`);
}

/** A Deployment brings new pods before it ends old ones, which an eviction does not. */
function restartsItself({ rollsItself, owner }: Workload, { restart }: RolloutSpec): boolean {
  return restart === 'auto' && rollsItself && owner === undefined;
}

/** Of a pod of a Deployment, the owner is a ReplicaSet that is called as the Deployment, with a hash behind it. */
function workloadOf({ owner, namespace }: Pod, { workloads }: App): Workload | undefined {
  return workloads.find(
    (workload) =>
      workload.uid === owner?.uid ||
      (workload.kind === 'Deployment' &&
        owner?.kind === 'ReplicaSet' &&
        workload.namespace === namespace &&
        owner.name.slice(0, owner.name.lastIndexOf('-')) === workload.name),
  );
}

/** Counts the step in, where its node has room for it. */
function hasRoom(step: Step, busy: Map<string, number>, perNode: number): boolean {
  const node = step.kind === 'evict' ? step.pod.node : undefined;
  if (node === undefined) return true;
  const count = busy.get(node) ?? 0;
  if (count >= perNode) return false;
  busy.set(node, count + 1);
  return true;
}
