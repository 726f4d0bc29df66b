import { isFailure } from '../../errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { annotation, stacksPath, type StackResource } from '../stack/resource.ts';
import { patchOf, type Order } from './order.ts';
import { readStack } from './read-stack.ts';

/** The patcher writes the status meanwhile, a second apart at most. */
const attempts = 20;

/** What was ordered, and of the `Stack` as it was then. */
export type Changed = { stack: StackResource; order: Order; by: string };

/**
 * Changes a `Stack` as `decide` says of the one that it finds.
 * @param how `by`: in whose name, as receipts tell it; `isTrial` asks the API server whether it would, and changes nothing
 */
export async function changeStack(
  api: Api,
  name: string,
  decide: (stack: StackResource) => Order | Promise<Order>,
  { by, isTrial }: { by: string; isTrial: boolean },
): Promise<Changed> {
  const path = `${stacksPath}/${name}${isTrial ? '?dryRun=All' : ''}`;
  for (let attempt = 1; ; attempt++) {
    const stack = await readStack(api, name);
    const wanted = await decide(stack);
    const order = { ...wanted, annotations: { ...wanted.annotations, [annotation.by]: by } };
    try {
      await api.patch(path, patchOf(stack, order), 'merge');
      return { stack, order, by };
    } catch (error) {
      if (!isFailure(error, 'conflict') || attempt === attempts) throw error;
    }
  }
}
