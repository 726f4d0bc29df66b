import type { RootfsOperator } from '../../operator/operator.ts';
import type { StackChange } from '../../rootfs/stack-change.ts';
import type { StackRecord } from '../../rootfs/stack-record.ts';

/**
 * What a stack would be after a change, decided by what decides the change itself.
 * @param versions that must be there
 * @throws Failure as the change would
 */
export async function tryChange(
  rootfs: RootfsOperator,
  stack: string,
  versions: Iterable<string>,
  decide: (record: StackRecord) => StackChange | undefined,
): Promise<StackRecord> {
  for (const version of new Set(versions)) await rootfs.version(stack, version);
  const record = await rootfs.stack(stack);
  return { ...record, ...decide(record)?.values };
}
