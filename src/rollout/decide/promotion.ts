import type { Roll } from '../stack/status.ts';
import type { Observation } from './observation.ts';

/** The version that is to be promoted now: from then on apps get it that nobody placed. */
export function promotionOf({ stack, record }: Observation, { kind, to, waves }: Roll): string | undefined {
  const { newDroplets } = stack.spec.rollout;
  if (record.promoted === to || newDroplets === 'manual') return undefined;
  const isDue =
    kind === 'undo' ||
    newDroplets === 'immediately' ||
    (newDroplets === 'afterCanary' && waves[0]?.finishedAt !== undefined) ||
    waves.every(({ finishedAt }) => finishedAt !== undefined);
  return isDue ? to : undefined;
}
