import { isFailure } from '../../errors.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import { annotation, stacksPath, type StackResource } from '../../rollout/stack/resource.ts';
import { patchOf, type Order } from './order.ts';
import { readStack } from './read-stack.ts';
import { whoAmI } from './who-am-i.ts';

/** The patcher writes the status meanwhile, a second apart at most. */
const attempts = 20;

/**
 * Changes a `Stack` as `decide` says of the one that it finds.
 * @param isTrial asks the API server whether it would, and changes nothing
 */
export async function changeStack(
  api: Api,
  name: string,
  decide: (stack: StackResource) => Order | Promise<Order>,
  isTrial: boolean,
): Promise<{ stack: StackResource; order: Order; by: string }> {
  const by = await whoAmI(api);
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
