import type { Operator } from '../../operator/operator.ts';
import { isFailure } from '../../errors.ts';
import { Papers } from '../../rollout/control/papers.ts';
import type { RolloutPlan } from '../../rollout/plan/plan.ts';

/** The plan of a roll; undefined where nobody can say: a roll can be followed without it. */
export type PlanOf = (roll: string) => Promise<RolloutPlan | undefined>;

/** The plans that the patcher wrote, each read once. */
export function plansOf({ rolls }: Pick<Operator, 'rolls'>, stack: string): PlanOf {
  const papers = new Papers(rolls, stack);
  const known = new Map<string, RolloutPlan | undefined>();
  return async (roll) => {
    if (!known.has(roll)) known.set(roll, await papers.plan(roll).catch(nothing));
    return known.get(roll);
  };
}

function nothing(error: unknown): undefined {
  if (!isFailure(error)) throw error;
}
