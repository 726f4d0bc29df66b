import { isFailure } from '../../errors.ts';
import { boundedReceipt } from '../receipt/bounded-receipt.ts';
import { makeReceipt } from '../receipt/receipt.ts';
import { receiptPage } from '../receipt/receipt-page.ts';
import type { StackResource } from '../stack/resource.ts';
import type { StackStatus } from '../stack/status.ts';
import type { Papers } from './papers.ts';

/** Leaves the receipt of a roll that has ended, for programs and for people. */
export async function writeReceipt(
  stack: StackResource,
  { roll, history, message }: StackStatus,
  papers: Papers,
): Promise<void> {
  const past = history.find(({ id }) => id === roll?.id);
  if (roll === undefined || past === undefined) return;
  // A roll must end also where its papers are lost.
  const plan = await papers.plan(roll.id).catch(nothingIfLost);
  if (plan === undefined) return;
  const proofs = await papers.proofs(roll.id);
  const receipt = makeReceipt(stack.metadata.name, roll, past.outcome, message, plan, proofs);
  await papers.keep(roll.id, 'receipt.json', JSON.stringify(boundedReceipt(receipt)));
  await papers.keep(roll.id, 'receipt.html', receiptPage(receipt));
}

function nothingIfLost(error: unknown): undefined {
  if (!isFailure(error, 'corrupt')) throw error;
}
