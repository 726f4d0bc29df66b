import { annotation, type StackResource } from '../../rollout/stack/resource.ts';

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

/** Whether the patcher is yet to do something about what the `Stack` says. */
export function isPending({ metadata, spec, status }: StackResource): boolean {
  if (status === undefined || status.observedGeneration < metadata.generation) return true;
  const { roll } = status;
  if (roll === undefined) return false;
  if (roll.asked !== spec.rootfs.version) return true;
  // The way back is a roll of its own.
  if (status.phase === 'RolledBack' && roll.kind === 'roll') return true;
  const { id, endedAt } = roll;
  return metadata.annotations[endedAt === undefined ? annotation.abort : annotation.retry] === id;
}
