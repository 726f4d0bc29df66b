import type { Operator } from '../../operator/operator.ts';
import { plansOf, type PlanOf } from '../../rollout/drive/plans-of.ts';
import { readStack } from '../../rollout/drive/read-stack.ts';
import { statusReport } from '../../rollout/drive/status-report.ts';
import { withOperator } from '../connect.ts';
import type { KubernetesOptions } from '../kubernetes-options.ts';
import type { FacadeOptions } from '../options.ts';
import { print } from '../print.ts';
import { describeStatus } from './describe-status.ts';
import { exitCodeOf } from './exit-code.ts';
import { followRoll, type FollowOptions } from './follow-roll.ts';
import { withApi } from './with-api.ts';

type StatusFlags = FacadeOptions & KubernetesOptions & FollowOptions & { watch?: boolean };

/** `dropstack rollout status` */
export async function showStatus(name: string, flags: StatusFlags): Promise<void> {
  await withPlans(name, flags, (planOf) =>
    withApi(flags, async (api) => {
      if (flags.watch === true) return followRoll(api, name, flags, { planOf });
      const stack = await readStack(api, name);
      const id = stack.status?.roll?.id;
      const now = new Date();
      const report = statusReport(stack, id === undefined ? undefined : await planOf(id), now.getTime());
      const exitCode = exitCodeOf(stack);
      print(flags.output, { ...report, exitCode }, () => describeStatus(report, now));
      process.exitCode = exitCode;
    }),
  );
}

/** The plan is good to have, and a facade need not be named for it. */
async function withPlans(
  name: string,
  flags: StatusFlags,
  work: (planOf: PlanOf) => Promise<void>,
): Promise<void> {
  const { server = process.env['DROPSTACK_SERVER'] || undefined, data, config } = flags;
  if (server === undefined && data === undefined && config === undefined)
    return work(() => Promise.resolve(undefined));
  return withOperator(flags, (operator: Operator) => work(plansOf(operator, name)));
}
