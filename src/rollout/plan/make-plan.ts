import type { DropletImpact } from '../../operator/operator.ts';
import { replicasOf, type App } from '../fleet/app.ts';
import { maySurge } from '../decide/steps.ts';
import type { RolloutSpec } from '../stack/spec.ts';
import { canariesOf } from './canaries.ts';
import { mostListed, type RolloutPlan } from './plan.ts';
import { planNodes, type RootfsSize } from './plan-nodes.ts';
import { membersOf, waveName, wavesOf } from './waves.ts';

export type PlanInput = {
  stack: string;
  from: string | undefined;
  to: string;
  /** milliseconds since the epoch */
  now: number;
  spec: RolloutSpec;
  /** those of the stack that run */
  apps: readonly App[];
  /** guid → version where it is now */
  versions: ReadonlyMap<string, string | undefined>;
  impacts: ReadonlyMap<string, DropletImpact>;
  rootfs: RootfsSize;
};

/** Seconds that a pod takes to end and to come up, before it has to stay ready; a guess. */
const startsWithin = 20;

/** What a roll would do. The same input gives the same plan, canaries included. */
export function makePlan(input: PlanInput): RolloutPlan {
  const { stack, from, to, now, spec, apps, versions, impacts } = input;
  const already = apps.filter(({ guid }) => versions.get(guid) === to);
  const toGo = apps.filter(({ guid }) => versions.get(guid) !== to);
  const rolled = toGo.filter(({ obstacle }) => obstacle === undefined);
  const canaries = canariesOf(rolled.map(({ guid }) => ({ guid, traits: traitsOf(impacts.get(guid)) })));
  const waves = planWaves(rolled, new Set(canaries), spec);
  const obstacles = toGo.flatMap(({ guid, obstacle: reason }) =>
    reason === undefined ? [] : [{ guid, reason }],
  );
  const breaks = rolled.flatMap(({ guid }) => breaksOf(guid, impacts.get(guid)));
  const interrupted = rolled.filter(
    (app) => replicasOf(app) === 1 && !maySurge(app, spec) && !isRolling(app),
  );
  return {
    stack,
    ...(from === undefined ? {} : { from }),
    to,
    at: new Date(now).toISOString(),
    apps: rolled.length,
    pods: podsOf(rolled),
    tasks: apps.reduce((sum, { tasks }) => sum + tasks, 0),
    waves,
    canaries,
    seconds: waves.reduce((sum, { seconds }) => sum + seconds, 0),
    nodes: planNodes(rolled, impacts, input.rootfs),
    already: already.length,
    obstacles: { count: obstacles.length, list: obstacles.slice(0, mostListed) },
    breaks: { count: breaks.length, list: breaks.slice(0, mostListed) },
    unknown: unknownOf(rolled, impacts),
    interrupted: {
      count: interrupted.length,
      list: interrupted.map(({ guid }) => guid).slice(0, mostListed),
    },
  };
}

/** What canaries are to show each of. */
function traitsOf(impact: DropletImpact | undefined): string[] {
  if (impact?.state !== 'converted') return ['unknown'];
  const { buildpack = 'none', libraries, sizeClass } = impact;
  return [`buildpack ${buildpack}`, `libraries ${libraries}`, `size ${sizeClass}`];
}

function planWaves(
  apps: readonly App[],
  canaries: ReadonlySet<string>,
  spec: RolloutSpec,
): RolloutPlan['waves'] {
  const waves = wavesOf(spec);
  const left = new Map(apps.map((app) => [app.guid, app]));
  return waves.map((wave, index) => {
    const members = membersOf(waves, index, [...left.keys()], canaries).flatMap(
      (guid) => left.get(guid) ?? [],
    );
    for (const { guid } of members) left.delete(guid);
    const name = waveName(wave, index);
    const seconds = members.length === 0 ? 0 : movesFor(members, spec) + Math.max(spec.soak, wave.pause);
    return { name, apps: members.length, pods: podsOf(members), approval: wave.approval, seconds };
  });
}

/** The pods of an app go one after another; so many apps at once. */
function movesFor(apps: readonly App[], { maxInFlight, minReadySeconds }: RolloutSpec): number {
  const each = apps.map(({ pods }) => pods.length * (startsWithin + minReadySeconds));
  const all = each.reduce((sum, seconds) => sum + seconds, 0);
  return Math.ceil(Math.max(all / maxInFlight.apps, ...each.slice(0, 100_000)));
}

function breaksOf(guid: string, impact: DropletImpact | undefined): RolloutPlan['breaks']['list'] {
  if (impact?.state !== 'converted' || impact.breaks.length === 0) return [];
  return [
    { guid, lacks: impact.breaks.map(({ library, versions, files }) => ({ library, versions, files })) },
  ];
}

function unknownOf(
  apps: readonly App[],
  impacts: ReadonlyMap<string, DropletImpact>,
): RolloutPlan['unknown'] {
  const found = apps.map(({ guid }) => impacts.get(guid));
  return {
    files: found.filter((impact) => impact?.state === 'converted' && impact.unknown > 0).length,
    apps: found.filter((impact) => impact?.state !== 'converted').length,
  };
}

function isRolling({ workloads }: App): boolean {
  return workloads.some(({ rollsItself, owner }) => rollsItself && owner === undefined);
}

function podsOf(apps: readonly App[]): number {
  return apps.reduce((sum, { pods }) => sum + pods.length, 0);
}
