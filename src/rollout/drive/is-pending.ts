import { annotation, type StackResource } from '../stack/resource.ts';

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
