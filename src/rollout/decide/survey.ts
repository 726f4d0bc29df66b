import type { App } from '../fleet/app.ts';
import type { CharterEntry } from '../judge/charter.ts';
import { judgeReturn } from '../judge/judge-return.ts';
import { judge, type Verdict } from '../judge/judge.ts';
import type { Roll } from '../stack/status.ts';
import { placementOf, type Observation } from './observation.ts';
import { markOf } from './steps.ts';

type Return = ReturnType<typeof judgeReturn> & {
  /** it has taken so long that nobody waits for it any more */
  isLate: boolean;
};

const atOnce: Return = { isBack: true, isLate: false, remove: [], evict: undefined };

/** Whether an app that failed is back, or nobody waits for that any more. */
export function isOut(back: Return | undefined): boolean {
  return back !== undefined && (back.isBack || back.isLate);
}

/** How one app of a wave stands. `back`: what is left to do for one that failed. */
export type Standing = {
  wave: number;
  entry: CharterEntry;
  app: App | undefined;
  verdict: Verdict;
  back: Return | undefined;
};

/** The way back may take so many times as long as an app may make no progress. */
const waysBackLast = 3;

/** How every app stands whose wave has begun. */
export function survey(observation: Observation, roll: Roll): Standing[] {
  const failed = new Map(roll.failures.map(({ guid, at }) => [guid, Date.parse(at)]));
  return observation.charters.flatMap(({ wave, entries }) =>
    entries.map((entry) => standingOf(observation, roll, wave, entry, failed.get(entry.guid))),
  );
}

/** An app that failed has failed, whatever it shows later: one that goes back and forth helps nobody. */
function standingOf(
  observation: Observation,
  roll: Roll,
  wave: number,
  entry: CharterEntry,
  failedAt: number | undefined,
): Standing {
  const { apps, identify, memory, now, stack } = observation;
  const app = apps.get(entry.guid);
  const subject = { wave, entry, app };
  if (failedAt === undefined)
    return { ...subject, verdict: verdictOf(observation, roll, subject), back: undefined };
  const verdict: Verdict = { state: 'failed', reason: '' };
  const goesBack = roll.kind === 'roll' && entry.from !== undefined;
  if (!goesBack) return { ...subject, verdict, back: atOnce };
  const { guid, from = '' } = entry;
  const isPlacedBack = placementOf(observation, guid) === from && memory.isSpread(guid, from, now);
  const back = isPlacedBack
    ? judgeReturn(app, entry.to, identify, failedAt)
    : { isBack: false, remove: [], evict: undefined };
  const isLate = now - failedAt > waysBackLast * stack.spec.rollout.progressDeadlineSeconds * 1000;
  return { ...subject, verdict, back: { ...back, isLate } };
}

const waiting: Verdict = { state: 'waiting' };

function verdictOf(
  observation: Observation,
  roll: Roll,
  { wave, entry, app }: Pick<Standing, 'wave' | 'entry' | 'app'>,
): Verdict {
  const { stack, now, identify, memory } = observation;
  const lack = memory.lackOf(entry.guid);
  if (lack !== undefined) return { state: 'skipped', reason: lack };
  const placement = placementOf(observation, entry.guid);
  // An undo places also what it cannot restart: it is back with its next start.
  if (roll.kind === 'undo' && placement !== entry.to) return waiting;
  // What is not seen is not proven, and may be somewhere else.
  if (app === undefined) return { state: 'skipped', reason: 'it is gone' };
  // As most of a large fleet at any time: no pod of it need be looked at.
  if (app.obstacle === undefined && placement !== entry.to) return waiting;
  const standard = stack.spec.rollout;
  const circumstances = {
    now,
    identify,
    begun: Date.parse(roll.waves[wave]?.startedAt ?? ''),
    placement,
    isSpread: memory.isSpread(entry.guid, entry.to, now),
    placedSince: memory.placedSince(entry.guid, entry.to),
    countsFrom: memory.countsFrom,
    since: (progress: string) => memory.since(entry.guid, progress, now),
  };
  const verdict = judge(entry, app, standard, circumstances);
  if (verdict.state === 'done') memory.proved(entry.guid);
  if (verdict.state !== 'moving' || verdict.next === undefined) return verdict;
  // Whatever the next pod waits for, a free node or a budget, is nothing that the app is to blame for. But a Deployment that
  // was told to replace its pods has only itself to wait for.
  const mark = markOf(roll, entry.to);
  if (!app.workloads.some(({ restartedFor }) => restartedFor === mark)) memory.excuse(now, entry.guid);
  const forbidden = memory.forbiddenSince(entry.guid);
  const isOverdue = now - (forbidden?.since ?? now) > standard.progressDeadlineSeconds * 1000;
  if (forbidden === undefined || !isOverdue) return verdict;
  const reason = `${verdict.next.name} may not be ended: ${forbidden.why}`;
  return { state: 'skipped', reason, next: verdict.next };
}
