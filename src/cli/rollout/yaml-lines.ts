import { stringify } from 'yaml';
import type { Order } from '../../rollout/drive/order.ts';

/** What to commit where the `Stack` is kept in git, so that nothing takes an order back; empty where nothing is to be. */
export function yamlLines({ spec }: Pick<Order, 'spec'>): string {
  return Object.keys(spec).length === 0 ? '' : stringify({ spec }).trimEnd();
}

/** The same, with what it is for. */
export function commitAdvice(order: Pick<Order, 'spec'>): string {
  const lines = yamlLines(order);
  return lines === '' ? '' : `\n\nWhere the Stack is kept in git, commit there:\n\n${lines}`;
}
