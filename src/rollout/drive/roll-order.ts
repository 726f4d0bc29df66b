import type { StackResource } from '../stack/resource.ts';
import type { Order } from './order.ts';
import { orders } from './orders.ts';
import { startOrder } from './start-order.ts';

/** What somebody tells a roll, as the admin API has it. */
export type RollOrder =
  | {
      order: 'start';
      /** where to; one that the facade has */
      version: string;
      /** begin anew, though the last roll to this version has completed */
      retry?: boolean;
    }
  | {
      order: 'approve';
      /** ahead of time: the wave that is approved, when it is through */
      wave?: string;
    }
  | { order: 'pause' | 'resume' | 'abort' | 'undo' };

/**
 * The order that this is for a `Stack` as it is.
 * @param isKnown whether the facade has the version that is to be rolled to
 * @throws Failure `conflict` where it makes no sense; `not-found` where the facade has no such version
 */
export function orderFor(stack: StackResource, told: RollOrder, isKnown: boolean): Order {
  if (told.order === 'approve') return orders.approve(stack, told.wave);
  if (told.order !== 'start') return orders[told.order](stack);
  const { version, retry = false } = told;
  return startOrder(stack, { version, source: undefined, isKnown, retry });
}
