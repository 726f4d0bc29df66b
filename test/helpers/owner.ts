import type { ExecutionContext } from 'ava';

/**
 * Whose end is the end of what a helper starts: an AVA test, or a stack that the hook of a whole file disposes of
 * (`test.after.always(() => stack.disposeAsync())`). What started last ends first.
 */
export type Owner = Pick<ExecutionContext, 'teardown'> | Pick<AsyncDisposableStack, 'defer'>;

/** Runs `end` when the owner ends, whatever became of it. */
export function atEnd(owner: Owner, end: () => Promise<void>): void {
  if ('teardown' in owner) owner.teardown(end);
  else owner.defer(end);
}
