import { runningOf, versionOf } from '../fleet/identity.ts';
import { isPresent, type App } from '../fleet/app.ts';
import type { Roll } from '../stack/status.ts';
import { isPlaced, placementOf, type Observation } from './observation.ts';
import type { Standing } from './survey.ts';

/** guid → version; null takes a placement away */
export type Placements = Record<string, string | null>;

/**
 * Apps that run and that nobody placed, placed where they are: the promotion of `to` then moves none of them. Once it is
 * promoted, only those are left that run another version still.
 */
export function whereTheyAre(observation: Observation, to: string): Placements {
  const { promoted } = observation.record;
  const placements: Placements = {};
  for (const app of observation.apps.values()) {
    if (!isPresent(app) || isPlaced(observation, app.guid)) continue;
    const version = versionOfMost(app, observation) ?? promoted;
    if (version !== undefined && !(promoted === to && version === to)) placements[app.guid] = version;
  }
  return placements;
}

/** Apps that failed, placed back; from an undo there is no way back. */
export function waysBack(observation: Observation, roll: Roll, standings: readonly Standing[]): Placements {
  if (roll.kind === 'undo') return {};
  const failed = new Set(roll.failures.map(({ guid }) => guid));
  const back = standings.filter(
    ({ entry: { guid, from } }) =>
      from !== undefined && failed.has(guid) && placementOf(observation, guid) !== from,
  );
  return Object.fromEntries(back.map(({ entry: { guid, from } }) => [guid, from ?? null]));
}

/** Apps that begin: as many as are still allowed to be on their way, in the order of their charters. */
export function beginnings(standings: readonly Standing[], mostInFlight: number): Placements {
  const inFlight = standings.filter(
    ({ verdict, back }) => verdict.state === 'moving' || back?.isBack === false,
  ).length;
  const next = standings
    .filter(({ verdict }) => verdict.state === 'waiting')
    .slice(0, Math.max(0, mostInFlight - inFlight));
  return Object.fromEntries(next.map(({ entry: { guid, to } }) => [guid, to]));
}

/** Placements that say no more than the promotion of `to` does. */
export function superfluous({ record, apps, charters }: Observation, to: string): Placements {
  if (record.promoted !== to) return {};
  const entries = charters.flatMap((charter) => charter.entries.map(({ guid }) => guid));
  const guids = new Set([...apps.keys(), ...entries]);
  const needless = [...guids].filter((guid) => isPlaced({ record }, guid) && record.placements[guid] === to);
  return Object.fromEntries(needless.map((guid) => [guid, null]));
}

/** What most pods of an app are proven to run. */
export function versionOfMost(app: App, { identify }: Pick<Observation, 'identify'>): string | undefined {
  const versions = app.pods
    .map((pod) => versionOf(runningOf(pod, identify)))
    .filter((version) => version !== undefined);
  const groups = [...Map.groupBy(versions, (version) => version)];
  return groups.toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
