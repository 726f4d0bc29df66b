import type { SimulatedApi } from './simulated-api.ts';
import { follow, type KubeObject } from './simulated-follow.ts';

type Pod = KubeObject & { status?: { conditions?: { type: string; status: string }[] } };

/** A time without a ready pod, in milliseconds since the epoch; the last one may last still. */
export type Gap = { from: number; to: number | undefined };

export type PolledPods = {
  /** all times so far in which a router had no pod to send a request to */
  gaps: () => readonly Gap[];
};

/**
 * Looks at an app's pods as a router does: those that are ready and not being ended get requests. It sees each change, so
 * no gap is too short for it. Begins with the first ready pod; ends with `over`.
 */
export async function pollPods(
  api: SimulatedApi,
  namespace: string,
  guid: string,
  over: AbortSignal,
): Promise<PolledPods> {
  const ready = new Set<string>();
  const gaps: Gap[] = [];
  const note = (uid: string, isReady: boolean): void => {
    const before = ready.size;
    if (isReady) ready.add(uid);
    else ready.delete(uid);
    const last = gaps.at(-1);
    if (before === 0 && ready.size > 0 && last !== undefined) last.to = Date.now();
    if (before > 0 && ready.size === 0) gaps.push({ from: Date.now(), to: undefined });
  };
  const selector = encodeURIComponent(`cloudfoundry.org/guid=${guid}`);
  const collection = `/api/v1/namespaces/${namespace}/pods?labelSelector=${selector}`;
  const handlers = {
    seen: (pod: Pod) => note(pod.metadata.uid, takesRequests(pod)),
    gone: (uid: string) => note(uid, false),
  };
  await follow<Pod>(api, collection, handlers, over);
  return { gaps: () => gaps };
}

function takesRequests({ metadata, status }: Pod): boolean {
  const isReady = status?.conditions?.some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
  return metadata.deletionTimestamp === undefined && isReady === true;
}
