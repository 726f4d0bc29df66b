import { isPresent, type App } from '../fleet/app.ts';
import { runningOf, versionOf } from '../fleet/identity.ts';
import type { Pod } from '../fleet/pod.ts';
import { baselineOf } from '../judge/baseline.ts';
import type { Charter, CharterEntry } from '../judge/charter.ts';
import { membersOf } from '../plan/waves.ts';
import type { Roll } from '../stack/status.ts';
import { placementOf, type Observation } from './observation.ts';
import { versionOfMost } from './placing.ts';

/** So many times as long as a pod has to be ready, an app must have been without a crash to count as healthy before. */
const steady = 4;

/** The charter of the next wave, when those before it have finished. */
export function nextCharter(observation: Observation, roll: Roll): Charter | undefined {
  const wave = roll.waves.findIndex(({ finishedAt }) => finishedAt === undefined);
  if (wave === -1 || roll.waves[wave]?.startedAt !== undefined) return undefined;
  const entries = roll.kind === 'undo' ? entriesBack(observation, roll) : entriesOf(observation, roll, wave);
  return { wave, entries };
}

/**
 * Whether apps came so late that every wave was without them, and before `to` was promoted: they would stay where they are.
 */
export function hasLatecomers(observation: Observation, roll: Roll): boolean {
  const isPromoted = observation.record.promoted === roll.to;
  const isManual = observation.stack.spec.rollout.newDroplets === 'manual';
  if (roll.kind === 'undo' || !(isPromoted || isManual)) return false;
  return entriesOf(observation, roll, roll.waves.length).length > 0;
}

/** Apps that run, that no wave before had, and that are not where they are to go. All that are left, beyond the last wave. */
function entriesOf(observation: Observation, { to, waves }: Roll, wave: number): CharterEntry[] {
  const { apps, charters, canaries } = observation;
  const had = new Set(charters.flatMap(({ entries }) => entries.map(({ guid }) => guid)));
  const left = [...apps.keys()].filter((guid) => !had.has(guid));
  return membersOf(waves, wave, left, canaries).flatMap((guid) => {
    const app = apps.get(guid);
    if (app === undefined || !isPresent(app)) return [];
    const entry = entryOf(observation, app, to);
    return entry.from === to ? [] : [entry];
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
    const placed = placementOf(observation, app.guid);
    const isBack = placed === entry.to && app.pods.every((pod) => runs(pod, entry.to, observation));
    const wasMoved = origin !== undefined || placed === from;
    return isBack || !wasMoved ? [] : [entry];
  });
}

function entryOf(observation: Observation, app: App, to: string): CharterEntry {
  const placed = placementOf(observation, app.guid);
  // Placed there and not restarted yet, as after an abort: it comes from what it runs.
  const from = placed === to ? (versionOfMost(app, observation) ?? placed) : placed;
  const { now, stack } = observation;
  const steadySince = now - steady * stack.spec.rollout.minReadySeconds * 1000;
  return { guid: app.guid, ...(from === undefined ? {} : { from }), to, ...baselineOf(app, steadySince) };
}

function runs(pod: Pod, version: string, { identify }: Observation): boolean {
  return versionOf(runningOf(pod, identify)) === version;
}
