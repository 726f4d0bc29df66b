import { Failure } from '../../errors.ts';
import { requireVersion } from '../../oci/names.ts';
import type { Api } from '../../rollout/kubernetes/api.ts';
import type { StackSpec } from '../../rollout/stack/spec.ts';
import { changeStack, type Changed } from '../../rollout/drive/change-stack.ts';
import { knownVersion } from '../../rollout/drive/known-version.ts';
import { plansOf } from '../../rollout/drive/plans-of.ts';
import { findStack } from '../../rollout/drive/read-stack.ts';
import { startOrder } from '../../rollout/drive/start-order.ts';
import { withOperator } from '../connect.ts';
import type { KubernetesOptions } from '../kubernetes-options.ts';
import type { FacadeOptions } from '../options.ts';
import { print } from '../print.ts';
import { exampleStack } from './example-stack.ts';
import { followRoll, type FollowOptions } from './follow-roll.ts';
import { describe, report } from './give-order.ts';
import { whoAmI } from './who-am-i.ts';
import { withApi } from './with-api.ts';

type StartFlags = FacadeOptions &
  KubernetesOptions &
  FollowOptions & {
    version: string;
    import?: string;
    sha256?: string;
    retry?: boolean;
    watch?: boolean;
    dryRun?: boolean;
  };

/** `dropstack rollout start` */
export async function startRoll(name: string, flags: StartFlags): Promise<void> {
  const source = sourceOf(flags);
  const { version, dryRun = false, watch = false, retry = false } = flags;
  requireVersion(version);
  await withApi(flags, (api) =>
    withOperator(flags, async (operator) => {
      await requireStackResource(api, name, version);
      const { isKnown, isPromoted } = await knownVersion(operator, name, version);
      const wish = { version, source, isKnown, retry };
      const given = await changeStack(api, name, (stack) => startOrder(stack, wish), {
        by: await whoAmI(api),
        isTrial: dryRun,
      });
      tell(given, flags);
      if (!watch || dryRun) return;
      const roll = given.stack.status?.roll?.id;
      // What is promoted, and was never rolled, the patcher leaves as it is.
      const isAnother = roll !== undefined || !isPromoted;
      const following = { planOf: plansOf(operator, name), ...(isAnother ? { after: { roll } } : {}) };
      await followRoll(api, name, flags, following);
    }),
  );
}

/** What follows as JSON is one object a line from the first on. */
function tell(given: Changed, { output, watch = false, dryRun = false }: StartFlags): void {
  const told = { order: 'start', ...report(given, dryRun) };
  if (watch && output === 'json') process.stdout.write(`${JSON.stringify(told)}\n`);
  else print(output, told, () => describe(given, dryRun));
}

function sourceOf({ import: reference, sha256 }: StartFlags): StackSpec['rootfs']['source'] {
  if (reference === undefined && sha256 !== undefined)
    throw new Failure('invalid', '--sha256 is that of what --import names: give both');
  return reference === undefined ? undefined : { reference, ...(sha256 === undefined ? {} : { sha256 }) };
}

async function requireStackResource(api: Api, name: string, version: string): Promise<void> {
  if ((await findStack(api, name)) !== undefined) return;
  process.stdout.write(exampleStack(name, version));
  throw new Failure(
    'not-found',
    `The cluster has no Stack ${name} yet: set the registries of the one above, and apply it with kubectl`,
  );
}
