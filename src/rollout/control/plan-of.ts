import type { DropletImpact, Operator } from '../../operator/operator.ts';
import type { Beginning } from '../decide/decision.ts';
import { placementOf, type Observation } from '../decide/observation.ts';
import { versionOfMost } from '../decide/placing.ts';
import { hashOf, type App } from '../fleet/app.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { RootfsSize } from '../plan/plan-nodes.ts';
import type { RolloutPlan } from '../plan/plan.ts';
import type { StackResource } from '../stack/resource.ts';

/**
 * What a roll to a version that the facade has would do; nothing is changed. Of an undo only what is seen at once: it must not
 * wait for what 40,000 droplets would lack.
 * @throws Failure `not-found` where there is no such version
 */
export async function planOf(
  stack: StackResource,
  { kind, to, from }: Pick<Beginning, 'kind' | 'to' | 'from'>,
  observation: Pick<Observation, 'apps' | 'record' | 'identify' | 'now'>,
  operator: Operator,
): Promise<RolloutPlan> {
  const { name } = stack.metadata;
  const apps = [...observation.apps.values()].filter(({ pods }) => pods.length > 0);
  const versions = new Map(
    apps.map((app) => [app.guid, versionOfMost(app, observation) ?? placementOf(observation, app.guid)]),
  );
  const isUndo = kind === 'undo';
  const impacts = isUndo ? new Map<string, DropletImpact>() : await impactsOf(name, to, from, apps, operator);
  const rootfs = isUndo ? { bytes: 0, diskBytes: 0 } : await sizeOf(name, to, operator);
  const { rollout: spec } = stack.spec;
  return makePlan({ stack: name, from, to, now: observation.now, spec, apps, versions, impacts, rootfs });
}

async function impactsOf(
  stack: string,
  to: string,
  from: string | undefined,
  apps: readonly App[],
  operator: Operator,
): Promise<Map<string, DropletImpact>> {
  const droplets = apps.flatMap((app) => {
    const hash = hashOf(app);
    return hash === undefined ? [] : [{ guid: app.guid, hash }];
  });
  const found = new Map<string, DropletImpact>();
  for await (const impact of operator.impact.droplets(stack, to, droplets, from))
    found.set(impact.guid, impact);
  return found;
}

async function sizeOf(stack: string, version: string, { rootfs }: Operator): Promise<RootfsSize> {
  const { layers } = await rootfs.version(stack, version);
  const { files } = await rootfs.contents(stack, version);
  return {
    bytes: layers.reduce((sum, { size }) => sum + size, 0),
    diskBytes: files.reduce((sum, { type, size = 0 }) => sum + (type === 'file' ? size : 0), 0),
  };
}
