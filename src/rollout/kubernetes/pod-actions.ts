import { z } from 'zod';
import { isFailure } from '../../errors.ts';
import { workloadAnnotation, type Workload } from '../fleet/workload.ts';
import type { Api, Schema } from './api.ts';
import { isBudget, isInternal } from './api-failure.ts';

/** A pod, and none that took its name since. */
export type PodRef = { namespace: string; name: string; uid: string };

/** `gone`: there is no such object any more, which is as good. `blocked`: why its budgets do not allow it. */
export type Eviction = 'evicted' | 'gone' | { blocked: string };

/** `changed`: somebody has written the workload since it was read; look again. */
export type Change = 'done' | 'gone' | 'changed';

/** What is done to pods and workloads. Whatever is repeated has no further effect; other failures are thrown. */
export type PodActions = {
  /** Asks for the pod's end as its disruption budget allows. */
  evict(pod: PodRef): Promise<Eviction>;
  /**
   * Ends a pod whatever its budget says, where `stillWanted` says so of the pod as it is at that moment. It is spared where
   * it changes in between.
   */
  remove(pod: PodRef, stillWanted: (pod: unknown) => boolean): Promise<'removed' | 'gone' | 'spared'>;
  /** Has a Deployment replace its pods. @param cause told apart from other restarts, as a roll's name */
  restart(deployment: Workload, cause: string): Promise<Change>;
  /** Sets how many pods a workload has. @param surgedFrom kept with it: how many it had; undefined ends that */
  scale(workload: Workload, replicas: number, surgedFrom: number | undefined): Promise<Change>;
};

export function podActions(api: Api): PodActions {
  return {
    evict: (pod) => evict(api, pod),
    remove: (pod, stillWanted) => remove(api, pod, stillWanted),
    async restart(deployment, cause) {
      const annotations = { [workloadAnnotation.restartedFor]: cause };
      return change(api, deployment, {}, { template: { metadata: { annotations } } });
    },
    async scale(workload, replicas, surgedFrom) {
      const was = surgedFrom === undefined ? null : String(surgedFrom);
      return change(api, workload, { annotations: { [workloadAnnotation.surgedFrom]: was } }, { replicas });
    },
  };
}

async function evict(api: Api, pod: PodRef): Promise<Eviction> {
  const { namespace, name, uid } = pod;
  const eviction = {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { namespace, name },
    deleteOptions: { preconditions: { uid } },
  };
  try {
    await api.create(`${pathOf(pod)}/eviction`, eviction);
    return 'evicted';
  } catch (error) {
    // One that more than one budget covers is never evicted: that, too, is an error of the API server's own.
    if (isBudget(error) || isInternal(error)) return { blocked: error.message };
    if (await isGone(api, pod, error)) return 'gone';
    throw error;
  }
}

async function remove(
  api: Api,
  pod: PodRef,
  stillWanted: (pod: unknown) => boolean,
): Promise<'removed' | 'gone' | 'spared'> {
  try {
    const found = await api.get(pathOf(pod), loosely);
    const { uid, resourceVersion } = identified.parse(found).metadata;
    if (uid !== pod.uid) return 'gone';
    if (!stillWanted(found)) return 'spared';
    await api.remove(pathOf(pod), { uid, resourceVersion });
    return 'removed';
  } catch (error) {
    if (isFailure(error, 'not-found')) return 'gone';
    if (isFailure(error, 'conflict')) return 'spared';
    throw error;
  }
}

/** One that names the resource version is refused when anything has changed. */
async function change(api: Api, workload: Workload, metadata: object, spec: object): Promise<Change> {
  const { kind, namespace, name, uid, resourceVersion } = workload;
  const path = `/apis/apps/v1/namespaces/${namespace}/${kind.toLowerCase()}s/${name}`;
  try {
    await api.patch(path, { metadata: { ...metadata, uid, resourceVersion }, spec }, 'merge');
    return 'done';
  } catch (error) {
    if (isFailure(error, 'not-found')) return 'gone';
    if (isFailure(error, 'conflict')) return 'changed';
    throw error;
  }
}

/** Pods of a StatefulSet have the same name again. */
async function isGone(api: Api, pod: PodRef, error: unknown): Promise<boolean> {
  if (isFailure(error, 'not-found')) return true;
  if (!isFailure(error, 'conflict')) return false;
  try {
    return (await api.get(pathOf(pod), identified)).metadata.uid !== pod.uid;
  } catch (again) {
    return isFailure(again, 'not-found');
  }
}

function pathOf({ namespace, name }: PodRef): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

const identified = z.object({ metadata: z.object({ uid: z.string(), resourceVersion: z.string() }) });
const loosely: Schema<unknown> = z.unknown();
