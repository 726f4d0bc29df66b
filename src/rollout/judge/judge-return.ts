import type { App } from '../fleet/app.ts';
import { runningOf, versionOf, type Identify } from '../fleet/identity.ts';
import type { Pod } from '../fleet/pod.ts';
import { clockSkew } from './clock-skew.ts';

/**
 * What is still to be done for an app that leaves `version`. Pods that do not serve there go at once, all of them, also those
 * that are stuck before they could pull anything; those that serve go one by one, while no other is on its way.
 * @param failedAt when it was placed back; milliseconds since the epoch. What is stuck and was made later pulls what it should
 */
export function judgeReturn(
  app: App | undefined,
  version: string,
  identify: Identify,
  failedAt: number,
): { isBack: boolean; remove: readonly Pod[]; evict: Pod | undefined } {
  const pods = (app?.pods ?? []).filter(({ isLeaving }) => !isLeaving);
  const wrong = pods.filter((pod) => isThere(pod, version, identify, failedAt));
  const remove = wrong.filter(({ isReady }) => !isReady);
  const isSettled = pods.length === app?.pods.length && pods.every(({ isReady }) => isReady);
  return { isBack: wrong.length === 0, remove, evict: isSettled ? wrong[0] : undefined };
}

function isThere(pod: Pod, version: string, identify: Identify, failedAt: number): boolean {
  const running = runningOf(pod, identify);
  const isStuck = pod.waiting !== undefined && pod.createdAt <= failedAt + clockSkew;
  return versionOf(running) === version || (running === 'pending' && isStuck);
}
