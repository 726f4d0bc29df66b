import type { App } from '../fleet/app.ts';
import { runningOf, versionOf } from '../fleet/identity.ts';
import type { Pod } from '../fleet/pod.ts';
import { baselineOf } from '../judge/baseline.ts';
import type { Charter, CharterEntry } from '../judge/charter.ts';
import { membersOf, wavesOf } from '../plan/waves.ts';
import type { Roll } from '../stack/status.ts';
import { placementOf, type Observation } from './observation.ts';

/** The charter of the next wave, when those before it have finished. */
export function nextCharter(observation: Observation, roll: Roll): Charter | undefined {
  const wave = roll.waves.findIndex(({ finishedAt }) => finishedAt === undefined);
  if (wave === -1 || roll.waves[wave]?.startedAt !== undefined) return undefined;
  const entries = roll.kind === 'undo' ? entriesBack(observation, roll) : entriesOf(observation, roll, wave);
  return { wave, entries };
}

/** Apps that run, that no wave before had, and that are not where they are to go. */
function entriesOf(observation: Observation, { to }: Roll, wave: number): CharterEntry[] {
  const { apps, charters, canaries, stack } = observation;
  const had = new Set(charters.flatMap(({ entries }) => entries.map(({ guid }) => guid)));
  const left = [...apps.keys()].filter((guid) => !had.has(guid));
  return membersOf(wavesOf(stack.spec.rollout), wave, left, canaries).flatMap((guid) => {
    const app = apps.get(guid);
    const entry = app && entryOf(observation, app, to);
    return entry === undefined || entry.from === to ? [] : [entry];
  });
}

/**
 * Each app that the undone roll moved, to where that roll found it; and what came since and runs what is promoted, to what
 * was promoted before.
 */
function entriesBack(observation: Observation, { to, from }: Roll): CharterEntry[] {
  const { apps, undone } = observation;
  const origins = new Map(
    undone.flatMap(({ entries }) => entries.map((entry) => [entry.guid, entry] as const)),
  );
  return [...apps.values()].flatMap((app) => {
    const origin = origins.get(app.guid);
    if (origin !== undefined && origin.from === undefined) return [];
    const entry = entryOf(observation, app, origin?.from ?? to);
    const isThere = entry.from === entry.to && app.pods.every((pod) => runs(pod, entry.to, observation));
    const wasMoved = origin !== undefined || entry.from === from;
    return isThere || !wasMoved ? [] : [entry];
  });
}

function entryOf(observation: Observation, app: App, to: string): CharterEntry {
  const from = placementOf(observation, app.guid);
  return { guid: app.guid, ...(from === undefined ? {} : { from }), to, ...baselineOf(app) };
}

function runs(pod: Pod, version: string, { identify }: Observation): boolean {
  return versionOf(runningOf(pod, identify)) === version;
}
