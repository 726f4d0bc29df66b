import type { App } from '../fleet/app.ts';
import { runningOf, versionOf, type Identify } from '../fleet/identity.ts';
import type { Pod } from '../fleet/pod.ts';

/**
 * What is still to be done for an app that leaves `version`. Pods that do not serve there go at once, all of them, also those
 * that are stuck before they could pull anything; those that serve go one by one, while no other is on its way.
 */
export function judgeReturn(
  app: App | undefined,
  version: string,
  identify: Identify,
): { isBack: boolean; remove: readonly Pod[]; evict: Pod | undefined } {
  const pods = (app?.pods ?? []).filter(({ isLeaving }) => !isLeaving);
  const wrong = pods.filter((pod) => isThere(pod, version, identify));
  const remove = wrong.filter(({ isReady }) => !isReady);
  const isSettled = pods.length === app?.pods.length && pods.every(({ isReady }) => isReady);
  return { isBack: wrong.length === 0, remove, evict: isSettled ? wrong[0] : undefined };
}

function isThere(pod: Pod, version: string, identify: Identify): boolean {
  const running = runningOf(pod, identify);
  return versionOf(running) === version || (running === 'pending' && pod.waiting !== undefined);
}
