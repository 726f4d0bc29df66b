import type { App } from '../fleet/app.ts';
import type { CharterEntry } from '../judge/charter.ts';
import { judgeReturn } from '../judge/judge-return.ts';
import { judge, progressOf, type Verdict } from '../judge/judge.ts';
import type { Roll } from '../stack/status.ts';
import { placementOf, type Observation } from './observation.ts';

type Return = ReturnType<typeof judgeReturn>;

/** How one app of a wave stands. `back`: what is left to do for one that failed. */
export type Standing = {
  wave: number;
  entry: CharterEntry;
  app: App | undefined;
  verdict: Verdict;
  back: Return | undefined;
};

/** How every app stands whose wave has begun. */
export function survey(observation: Observation, roll: Roll): Standing[] {
  const failed = new Set(roll.failures.map(({ guid }) => guid));
  return observation.charters.flatMap(({ wave, entries }) =>
    entries.map((entry) => standingOf(observation, roll, wave, entry, failed.has(entry.guid))),
  );
}

/** An app that failed has failed, whatever it shows later: one that goes back and forth helps nobody. */
function standingOf(
  observation: Observation,
  roll: Roll,
  wave: number,
  entry: CharterEntry,
  hasFailed: boolean,
): Standing {
  const { apps, identify, memory, now } = observation;
  const app = apps.get(entry.guid);
  if (!hasFailed) return { wave, entry, app, verdict: verdictOf(observation, entry, app), back: undefined };
  const verdict: Verdict = { state: 'failed', reason: '' };
  const goesBack = roll.kind === 'roll' && entry.from !== undefined;
  if (!goesBack) return { wave, entry, app, verdict, back: { isBack: true, remove: [], evict: undefined } };
  const { guid, from = '' } = entry;
  const isPlacedBack = placementOf(observation, guid) === from && memory.isSpread(guid, from, now);
  const back = isPlacedBack
    ? judgeReturn(app, entry.to, identify)
    : { isBack: false, remove: [], evict: undefined };
  return { wave, entry, app, verdict, back };
}

function verdictOf(observation: Observation, entry: CharterEntry, app: App | undefined): Verdict {
  const { stack, now, identify, memory } = observation;
  const lack = memory.lackOf(entry.guid);
  if (lack !== undefined) return { state: 'skipped', reason: lack };
  const standard = stack.spec.rollout;
  const circumstances = {
    now,
    identify,
    placement: placementOf(observation, entry.guid),
    isSpread: memory.isSpread(entry.guid, entry.to, now),
    placedSince: memory.placedSince(entry.guid, entry.to),
  };
  const progress = app === undefined ? '' : progressOf(entry, app, standard, circumstances);
  const since = memory.since(entry.guid, progress, now);
  const verdict = judge(entry, app, standard, { ...circumstances, since });
  // Whatever the next pod waits for, a free node or a budget, is nothing that the app is to blame for.
  if (verdict.state === 'moving' && verdict.next !== undefined) memory.excuse(now, entry.guid);
  return verdict;
}
