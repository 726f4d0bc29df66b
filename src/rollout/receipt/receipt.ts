import { z } from 'zod';
import { proof } from '../judge/proof.ts';
import { rolloutPlan, type RolloutPlan } from '../plan/plan.ts';
import type { Proof } from '../judge/proof.ts';
import { pastRoll, roll as rollSchema, type PastRoll, type Roll } from '../stack/status.ts';

/** What a roll was to do, what it did, who approved it, what went otherwise, and what proves it. */
export const receipt = z.strictObject({
  format: z.literal(1),
  stack: z.string(),
  outcome: pastRoll.shape.outcome,
  message: z.string(),
  seconds: z.number(),
  plan: rolloutPlan,
  actual: rollSchema,
  /** how many are proven */
  pods: z.int(),
  /** of them, or, where they are too many for one paper, of the first ones */
  proofs: z.array(proof),
});
export type Receipt = z.output<typeof receipt>;

/** @param message the roll's last word */
export function makeReceipt(
  stack: string,
  actual: Roll,
  outcome: PastRoll['outcome'],
  message: string,
  plan: RolloutPlan,
  proofs: readonly Proof[],
): Receipt {
  const { startedAt, endedAt = startedAt } = actual;
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const pods = proofs.reduce((sum, one) => sum + one.pods.length, 0);
  return { format: 1, stack, outcome, message, seconds, plan, actual, pods, proofs: [...proofs] };
}
