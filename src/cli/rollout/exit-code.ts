import { isPending } from '../../rollout/drive/is-pending.ts';
import type { StackResource } from '../../rollout/stack/resource.ts';

const stopped = new Set(['AwaitingApproval', 'Paused', 'Halted']);
const ended = new Set(['Idle', 'Completed', 'RolledBack', 'Aborted']);

/** How a roll stands, as an exit code: 0 completed, 3 going on, 4 stopped until somebody acts, 5 not as it should be. */
export function exitCodeOf(stack: StackResource): 0 | 3 | 4 | 5 {
  if (isPending(stack)) return 3;
  const { phase = 'Idle', roll } = stack.status ?? {};
  if (stopped.has(phase)) return 4;
  if (!ended.has(phase)) return 3;
  const isWhole = phase === 'Idle' || (phase === 'Completed' && roll?.counts.failed === 0);
  return isWhole ? 0 : 5;
}
