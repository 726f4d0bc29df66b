import type { Pod } from '../../src/rollout/fleet/pod.ts';

/** What most tests of pods do not care for: a pod that has been ready all the time. */
export const plainPod: Omit<Pod, 'name' | 'uid' | 'containers'> = {
  namespace: 'apps',
  node: undefined,
  owner: undefined,
  createdAt: 0,
  isLeaving: false,
  isReady: true,
  readinessSince: 0,
  restarts: 0,
  crashedAt: undefined,
  waiting: undefined,
  isTask: false,
};
