import { isSurged } from '../fleet/app.ts';
import type { Charter } from '../judge/charter.ts';
import { annotation } from '../stack/resource.ts';
import type { Counts, Roll, WaveStatus } from '../stack/status.ts';
import type { Observation } from './observation.ts';
import { isOut, type Standing } from './survey.ts';

/** The waves as they stand: which begins, which has settled, which is over. @param members of each wave */
export function wavesNow(
  observation: Observation,
  roll: Roll,
  members: readonly (readonly Standing[])[],
  counts: readonly Counts[],
  isStopped: boolean,
  charter: Charter | undefined,
): WaveStatus[] {
  const at = new Date(observation.now).toISOString();
  return roll.waves.map((before, index) => {
    // An approval holds from when it was seen, whatever is said later.
    const approval = approvalOf(observation, roll, index);
    const wave = { ...before, ...approval, counts: counts[index] ?? before.counts };
    if (charter?.wave === index) return { ...wave, startedAt: at };
    if (wave.startedAt === undefined || wave.finishedAt !== undefined) return wave;
    const own = members[index] ?? [];
    if (!own.every((member) => isSettled(member, observation))) return wave;
    const settled = { settledAt: at, ...wave };
    if (roll.kind === 'undo') return { ...settled, finishedAt: at };
    // Nobody need wait for a wave of nothing, but its approval is one of all that comes after it.
    const isWatched = own.length > 0 && waitsUntil(settled, observation) > observation.now;
    return isStopped || isWatched || lacksApproval(settled, observation)
      ? settled
      : { ...settled, finishedAt: at };
  });
}

/** Until when a wave that has settled is watched, and the next one waits; milliseconds since the epoch. */
export function waitsUntil({ settledAt = '', pauseSeconds = 0 }: WaveStatus, { stack }: Observation): number {
  return Date.parse(settledAt) + Math.max(stack.spec.rollout.soak, pauseSeconds) * 1000;
}

/** Whether a wave still wants somebody's word. */
export function lacksApproval({ approvedAt, approval }: WaveStatus, { apps }: Observation): boolean {
  return approval === true && approvedAt === undefined && apps.size > 0;
}

/** What failed is settled when it is back, and what was one more pod for a while is gone. */
export function isSettled({ verdict, back, app, entry }: Standing, { memory }: Observation): boolean {
  if (verdict.state === 'skipped') return true;
  if (verdict.state === 'failed') return isOut(back) && !isSurged(app);
  const isDone =
    verdict.state === 'done' ||
    (verdict.state === 'moving' && verdict.stale === 0 && memory.wasProved(entry.guid));
  return isDone && !isSurged(app);
}

function approvalOf(
  { stack, now }: Observation,
  { id, waves }: Roll,
  index: number,
): Pick<WaveStatus, 'approvedAt' | 'approvedBy'> {
  const { annotations } = stack.metadata;
  const isGiven = annotations[annotation.approve] === `${id}/${index}`;
  if (!isGiven || waves[index]?.approvedAt !== undefined) return {};
  const by = annotations[annotation.by];
  return { approvedAt: new Date(now).toISOString(), ...(by === undefined ? {} : { approvedBy: by }) };
}
