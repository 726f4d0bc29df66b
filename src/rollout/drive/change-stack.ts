import { isDeepStrictEqual } from 'node:util';
import { isFailure } from '../../errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { annotation, stacksPath, type StackResource } from '../stack/resource.ts';
import { patchOf, type Order } from './order.ts';
import { readStack } from './read-stack.ts';

/** The patcher writes the status meanwhile, a second apart at most. */
const attempts = 20;

/** What was ordered, and of the `Stack` as it was then. */
export type Changed = { stack: StackResource; order: Order; by: string };

/** `by`: in whose name, as receipts tell it; `isTrial` asks the API server whether it would, and changes nothing */
export type How = { by: string; isTrial: boolean; signal?: AbortSignal };

/**
 * Changes a `Stack` as `decide` says of the one that it finds.
 * @throws Failure; the reason of the signal, after which it may have been changed
 */
export async function changeStack(
  api: Api,
  name: string,
  decide: (stack: StackResource) => Order | Promise<Order>,
  { by, isTrial, signal }: How,
): Promise<Changed> {
  const path = `${stacksPath}/${name}${isTrial ? '?dryRun=All' : ''}`;
  let refused: Changed | undefined;
  for (let attempt = 1; ; attempt++) {
    const stack = await readStack(api, name, signal);
    // A patch whose answer was lost is sent again, and is a conflict with itself.
    if (refused !== undefined && isDone(refused, stack)) return refused;
    const wanted = await decide(stack);
    const order = { ...wanted, annotations: { ...wanted.annotations, [annotation.by]: by } };
    const changed = { stack, order, by };
    try {
      await api.patch(path, patchOf(stack, order), 'merge', signal);
      return changed;
    } catch (error) {
      if (!isFailure(error, 'conflict') || attempt === attempts) throw error;
      refused = changed;
    }
  }
}

function isDone({ stack: { metadata }, order }: Changed, found: StackResource): boolean {
  return (
    found.metadata.uid === metadata.uid &&
    isDeepStrictEqual({ ...found.spec, ...order.spec }, found.spec) &&
    isDeepStrictEqual({ ...found.metadata.annotations, ...order.annotations }, found.metadata.annotations)
  );
}
