import { isFailure } from '../../errors.ts';
import type { RootfsOperator } from '../../operator/operator.ts';
import type { StackRecord } from '../../rootfs/stack-record.ts';
import type { Placements } from '../decide/placing.ts';

/** Those who place other apps of a stack at the same time may be faster, so often. */
const attempts = 10;

/**
 * Writes placements that were decided on from `seen`. What is changed meanwhile of other apps, as by another cluster, does not
 * matter to them.
 * @returns the stack as it is then
 * @throws Failure `conflict` where something was changed that they were decided from
 */
export async function placeApps(
  rootfs: Pick<RootfsOperator, 'stack' | 'place'>,
  place: Placements,
  seen: StackRecord,
): Promise<StackRecord> {
  let { generation } = seen;
  for (let attempt = 1; ; attempt++) {
    try {
      return await rootfs.place(seen.stack, place, generation);
    } catch (error) {
      if (!isFailure(error, 'conflict') || attempt === attempts) throw error;
      const current = await rootfs.stack(seen.stack);
      if (!meansTheSame(Object.keys(place), seen, current)) throw error;
      ({ generation } = current);
    }
  }
}

function meansTheSame(guids: readonly string[], one: StackRecord, other: StackRecord): boolean {
  return (
    one.promoted === other.promoted &&
    guids.every((guid) => placementIn(one, guid) === placementIn(other, guid))
  );
}

function placementIn({ placements }: StackRecord, guid: string): string | undefined {
  return Object.hasOwn(placements, guid) ? placements[guid] : undefined;
}
