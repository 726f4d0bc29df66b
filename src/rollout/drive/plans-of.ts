import { isFailure } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import { Papers } from '../control/papers.ts';
import type { RolloutPlan } from '../plan/plan.ts';

/** The plan of a roll; undefined where nobody can say: a roll can be followed without it. */
export type PlanOf = (roll: string) => Promise<RolloutPlan | undefined>;

/**
 * The plans that the patcher wrote, each read once. The last one is kept.
 * @param againAfter milliseconds after which what could not be read is asked for again
 */
export function plansOf({ rolls }: Pick<Operator, 'rolls'>, stack: string, againAfter = 30_000): PlanOf {
  const papers = new Papers(rolls, stack);
  let last: { roll: string; plan: Promise<RolloutPlan | undefined>; at: number } | undefined;
  return async (roll) => {
    const isOld = last !== undefined && performance.now() - last.at > againAfter;
    if (last?.roll !== roll || (isOld && (await last.plan) === undefined))
      last = { roll, plan: papers.plan(roll).catch(nothing), at: performance.now() };
    return last.plan;
  };
}

function nothing(error: unknown): undefined {
  if (!isFailure(error)) throw error;
}
