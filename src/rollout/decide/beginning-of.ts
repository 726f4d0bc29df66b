import { annotation } from '../stack/resource.ts';
import type { Beginning } from './decision.ts';
import type { Observation } from './observation.ts';

/**
 * The roll that is to begin, when none is under way. Back to where the last roll came from is an undo, and so is what a roll
 * that its failures ended leaves to do; the same version once more is another roll only for who says so.
 */
export function beginningOf({ stack, record, status }: Observation): Beginning | undefined {
  const asked = stack.spec.rootfs.version;
  const { promoted: from } = record;
  const { roll: last, history } = status;
  if (stack.metadata.deletionTimestamp !== undefined) return undefined;
  const forward: Beginning = { kind: 'roll', from, to: asked, asked };
  if (last === undefined) return from === asked ? undefined : forward;
  const wasHalted = last.kind === 'roll' && history[0]?.outcome === 'RolledBack';
  const isUndone = last.kind === 'roll' && asked === last.from;
  if (last.from !== undefined && (isUndone || (wasHalted && asked === last.asked)))
    return { kind: 'undo', from, to: last.from, asked, undoes: last.id };
  if (asked !== last.asked && asked !== last.to) return forward;
  return asked === last.asked && stack.metadata.annotations[annotation.retry] === last.id
    ? forward
    : undefined;
}
