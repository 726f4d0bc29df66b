import type { StackStatus } from '../stack/status.ts';

/** Of a `Stack` that no patcher has seen yet. */
export const emptyStatus: StackStatus = {
  phase: 'Idle',
  message: '',
  observedGeneration: 0,
  history: [],
  conditions: [],
};
