import type { App } from '../fleet/app.ts';
import type { Pod } from '../fleet/pod.ts';
import type { CharterEntry } from './charter.ts';

/**
 * How an app does before it is touched. It is broken where a pod has not been ready for a while, or crashes again and again; not
 * where one has just been moved by others. An app without pods is not broken.
 * @param steadySince what was so at that time already is no accident; milliseconds since the epoch
 */
export function baselineOf(
  app: App,
  steadySince: number,
): Pick<CharterEntry, 'broken' | 'restarts' | 'pods' | 'ready'> {
  const pods = app.pods.filter(({ isLeaving }) => !isLeaving);
  const looping = pods.filter((pod) => isLooping(pod, steadySince));
  const isDown = (pod: Pod): boolean => !pod.isReady && pod.readinessSince <= steadySince;
  return {
    broken: looping.length > 0 || pods.some(isDown),
    restarts: Math.max(0, ...pods.map(({ restarts }) => restarts)),
    pods: pods.length,
    ready: pods.filter((pod) => pod.isReady && !looping.includes(pod)).length,
  };
}

/** It may be ready in between, and its back-off be long. Once may be an accident. */
function isLooping({ restarts, crashedAt, waiting, readinessSince }: Pod, steadySince: number): boolean {
  const isUnsteady = crashedAt !== undefined && Math.max(crashedAt, readinessSince) > steadySince;
  return waiting === 'CrashLoopBackOff' || (restarts > 1 && isUnsteady);
}
