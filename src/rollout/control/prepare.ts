import { Failure, isFailure } from '../../errors.ts';
import type { Operator } from '../../operator/operator.ts';
import type { Beginning } from '../decide/decision.ts';
import type { Observation } from '../decide/observation.ts';
import type { RolloutPlan } from '../plan/plan.ts';
import type { StackResource } from '../stack/resource.ts';
import { planOf } from './plan-of.ts';

/**
 * What must be there before a roll begins: its version, imported where the spec says from where, and its plan.
 * @throws Failure `not-found` where there is no such version; `busy` while it is being imported
 */
export async function prepare(
  stack: StackResource,
  { kind, to, from }: Pick<Beginning, 'kind' | 'to' | 'from'>,
  observation: Pick<Observation, 'apps' | 'record' | 'identify' | 'now'>,
  operator: Operator,
): Promise<RolloutPlan> {
  const { name } = stack.metadata;
  if (Object.hasOwn(observation.record.retired, to))
    throw new Failure('conflict', `Version ${to} of stack ${name} is retired: nothing can be rolled to it`);
  await requireImported(stack, to, operator);
  return planOf(stack, { kind, to, from }, observation, operator);
}

async function requireImported(stack: StackResource, to: string, { rootfs }: Operator): Promise<void> {
  const { name } = stack.metadata;
  const { version, source } = stack.spec.rootfs;
  try {
    await rootfs.version(name, to);
  } catch (error) {
    if (!isFailure(error, 'not-found')) throw error;
    if (source === undefined || version !== to)
      throw new Failure(
        'not-found',
        `The facade has no version ${to} of stack ${name}: import it, or name its source in the Stack`,
      );
    await rootfs.pull(name, to, source.reference, { sha256: source.sha256 });
  }
}
