import { Failure } from '../../errors.ts';
import type { StackResource } from '../stack/resource.ts';
import type { Order } from './order.ts';
import { orders } from './orders.ts';
import { startOrder } from './start-order.ts';

/** What somebody tells a roll, as the admin API has it. */
export type RollOrder = {
  /** the roll that is meant, by its id; without it, whichever there is */
  roll?: string;
} & (
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
  | { order: 'pause' | 'resume' | 'abort' | 'undo' }
);

/**
 * The order that this is for a `Stack` as it is.
 * @param isKnown whether the facade has the version that is to be rolled to
 * @throws Failure `conflict` where it makes no sense, or another roll is meant; `not-found` where the facade has no such version
 */
export function orderFor(stack: StackResource, told: RollOrder, isKnown: boolean): Order {
  requireRoll(stack, told.roll);
  if (told.order === 'approve') return orders.approve(stack, told.wave);
  if (told.order !== 'start') return orders[told.order](stack);
  const { version, retry = false } = told;
  return startOrder(stack, { version, source: undefined, isKnown, retry });
}

function requireRoll({ metadata: { name }, status }: StackResource, meant: string | undefined): void {
  const found = status?.roll?.id;
  if (meant === undefined || meant === found) return;
  const words = found === undefined ? 'it was never rolled' : `its roll is ${found}`;
  throw new Failure('conflict', `Roll ${meant} of stack ${name} is meant, but ${words}: look again`);
}
