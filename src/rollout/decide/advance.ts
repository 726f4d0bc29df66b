import type { App } from '../fleet/app.ts';
import { proofOf } from '../judge/proof.ts';
import { annotation } from '../stack/resource.ts';
import type { RolloutSpec } from '../stack/spec.ts';
import type { PastRoll, Roll, WaveStatus } from '../stack/status.ts';
import { countsOf, sumOf } from './counts.ts';
import type { Decision } from './decision.ts';
import { failuresOf, haltOf } from './failures.ts';
import { hasLatecomers, nextCharter } from './next-charter.ts';
import type { Observation } from './observation.ts';
import { phaseOf } from './phase.ts';
import { beginnings, superfluous, waysBack, whereTheyAre, type Placements } from './placing.ts';
import { promotionOf } from './promotion.ts';
import { stepsOf } from './steps.ts';
import { isOut, survey, type Standing } from './survey.ts';
import { isSettled, wavesNow } from './waves-now.ts';

type Outcome = PastRoll['outcome'];

/** What is to be done for a roll that is under way, and how it ends, where it does. */
export function advance(
  observation: Observation,
  roll: Roll,
): { decision: Decision; outcome: Outcome | undefined } {
  const { stack, status, now, memory } = observation;
  const { rollout, paused } = stack.spec;
  const standings = survey(observation, roll);
  const byWave = Map.groupBy(standings, ({ wave }) => wave);
  const members = roll.waves.map((_, wave) => byWave.get(wave) ?? []);
  const counts = members.map(countsOf);
  const seen = { ...roll, acknowledged: acknowledgedOf(observation, roll) };
  const judged = { ...seen, failures: failuresOf(seen, standings, counts, rollout, now) };
  const halt = roll.kind === 'undo' ? undefined : haltOf(judged, counts, rollout);
  const isStopped = paused || halt !== undefined;
  if (isStopped) memory.excuse(now);

  const unplaced = isStopped ? {} : whereTheyAre(observation, roll.to);
  const charter = isStopped || hasAny(unplaced) ? undefined : nextCharter(observation, judged);
  const waves = wavesNow(observation, judged, members, counts, isStopped, charter);
  const isThrough = waves.every(({ finishedAt }) => finishedAt !== undefined);
  const late = isThrough && !isStopped && hasLatecomers(observation, judged) ? [latecomers] : [];
  const next = { ...judged, waves: [...waves, ...late], counts: sumOf(counts) };
  const promote = isStopped || hasAny(unplaced) ? undefined : promotionOf(observation, next);
  const leftOver = isThrough && !isStopped ? superfluous(observation, roll.to) : {};
  const isOver =
    isThrough &&
    late.length === 0 &&
    !isStopped &&
    promote === undefined &&
    !hasAny(leftOver) &&
    standings.every(
      ({ verdict, back }) => verdict.state !== 'waiting' && (back === undefined || isOut(back)),
    );
  const finished = waves.flatMap((wave, index) =>
    wave.finishedAt !== undefined && roll.waves[index]?.finishedAt === undefined ? [index] : [],
  );
  const decision: Decision = {
    ...(charter && { charter }),
    proofs: finished.map((wave) => {
      const own = members[wave] ?? [];
      return proofOf(wave, doneOf(own, observation), skippedOf(own), now);
    }),
    status: { ...status, ...phaseOf(observation, next, halt), roll: next },
    place: {
      ...unplaced,
      ...leftOver,
      ...(isStopped ? {} : beginnings(standings, mostAtOnce(roll, rollout))),
      ...waysBack(observation, next, standings),
    },
    ...(promote === undefined ? {} : { promote }),
    steps: stepsOf(standings, next, rollout, isStopped),
    hasEnded: false,
  };
  return { decision, outcome: outcomeOf(next, halt, rollout, isOver) };
}

/** One more wave, with the soak that all have, and without pause or approval. */
const latecomers: WaveStatus = { name: 'latecomers', counts: sumOf([]) };

/** An undo places all apps at once: whatever restarts by itself meanwhile is back already. */
function mostAtOnce({ kind }: Roll, { maxInFlight }: RolloutSpec): number {
  return kind === 'undo' ? Number.POSITIVE_INFINITY : maxInFlight.apps;
}

function outcomeOf(
  { from }: Roll,
  halt: string | undefined,
  { onFailure }: RolloutSpec,
  isOver: boolean,
): Outcome | undefined {
  if (halt !== undefined && onFailure === 'rollback' && from !== undefined) return 'RolledBack';
  return isOver ? 'Completed' : undefined;
}

function acknowledgedOf({ stack }: Observation, { id, acknowledged, failures }: Roll): number {
  const [roll, count] = (stack.metadata.annotations[annotation.resume] ?? '').split('/');
  // Nobody can have seen more than there are: what says so would acknowledge what is still to come.
  const seen = Number(count);
  const isTrue = roll === id && Number.isSafeInteger(seen) && seen <= failures.length;
  return isTrue ? Math.max(acknowledged, seen) : acknowledged;
}

function doneOf(standings: readonly Standing[], observation: Observation): { app: App; version: string }[] {
  return standings.flatMap((standing) => {
    const { verdict, app, entry } = standing;
    const isDone =
      verdict.state === 'done' || (verdict.state === 'moving' && isSettled(standing, observation));
    return isDone && app !== undefined ? [{ app, version: entry.to }] : [];
  });
}

function skippedOf(standings: readonly Standing[]): { guid: string; reason: string }[] {
  return standings.flatMap(({ verdict, entry: { guid } }) =>
    verdict.state === 'skipped' ? [{ guid, reason: verdict.reason }] : [],
  );
}

function hasAny(placements: Placements): boolean {
  return Object.keys(placements).length > 0;
}
