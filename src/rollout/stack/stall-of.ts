import type { StackStatus } from './status.ts';

/** Why the patcher cannot do its part; undefined while it can. */
export function stallOf({ conditions }: StackStatus): string | undefined {
  return conditions.find(({ type, status }) => type === 'Stalled' && status === 'True')?.message;
}
