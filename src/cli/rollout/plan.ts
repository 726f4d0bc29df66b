import type { Operator } from '../../operator/operator.ts';
import { appsOfStack } from '../../rollout/control/apps-of-stack.ts';
import { Identities } from '../../rollout/control/identities.ts';
import { listApps } from '../../rollout/control/list-apps.ts';
import { planOf } from '../../rollout/control/plan-of.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import type { RolloutPlan } from '../../rollout/plan/plan.ts';
import { readStack } from '../../rollout/drive/read-stack.ts';
import { withOperator } from '../connect.ts';
import type { KubernetesOptions } from '../kubernetes-options.ts';
import type { FacadeOptions } from '../options.ts';
import { print } from '../print.ts';
import { describePlan } from './describe-plan.ts';
import { withApi } from './with-api.ts';

type PlanFlags = FacadeOptions & KubernetesOptions & { version?: string; all?: boolean };

/** Some apps would break. */
const breaking = 3;

/** `dropstack rollout plan` */
export async function showPlan(name: string, flags: PlanFlags): Promise<void> {
  const { plan, undoes } = await withApi(flags, (api) =>
    withOperator(flags, (operator) => makePlan(api, operator, name, flags.version)),
  );
  print(flags.output, plan, () => {
    const text = describePlan(plan, flags.all === true);
    return undoes === undefined ? text : `${text}\n\n${undoing(plan.to, undoes)}`;
  });
  if (plan.breaks.count > 0) process.exitCode = breaking;
}

/** The plan that the patcher would make, from what is there now. */
async function makePlan(
  api: Api,
  operator: Operator,
  name: string,
  version: string | undefined,
): Promise<{ plan: RolloutPlan; undoes: string | undefined }> {
  const stack = await readStack(api, name);
  const { registries, rootfs } = stack.spec;
  const to = version ?? rootfs.version;
  // What the facade lacks is told before thousands of pods are read.
  await operator.rootfs.version(name, to);
  const [all, record] = await Promise.all([listApps(api, new Set(registries)), operator.rootfs.stack(name)]);
  const now = Date.now();
  const identities = new Identities(operator);
  await identities.learn(all, now);
  const apps = await appsOfStack(name, all, record, identities);
  const observation = { apps, record, identify: identities.identify, now };
  const plan = await planOf(stack, { kind: 'roll', to, from: record.promoted }, observation, operator);
  const last = stack.status?.roll;
  const isUndo = last?.kind === 'roll' && to === last.from && to !== last.asked;
  return { plan, undoes: isUndo ? last.id : undefined };
}

function undoing(version: string, roll: string): string {
  return `Roll ${roll} came from ${version}: to name it again is an undo, which takes all back at once, without waves.`;
}
