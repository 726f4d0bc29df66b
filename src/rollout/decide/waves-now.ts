import type { Charter } from '../judge/charter.ts';
import { wavesOf } from '../plan/waves.ts';
import { annotation } from '../stack/resource.ts';
import type { Counts, Roll, WaveStatus } from '../stack/status.ts';
import type { Observation } from './observation.ts';
import { isSurged } from './steps.ts';
import type { Standing } from './survey.ts';

/** The waves as they stand: which begins, which has settled, which is over. */
export function wavesNow(
  observation: Observation,
  roll: Roll,
  standings: readonly Standing[],
  counts: readonly Counts[],
  isStopped: boolean,
  charter: Charter | undefined,
): WaveStatus[] {
  const at = new Date(observation.now).toISOString();
  return roll.waves.map((before, index) => {
    const wave = { ...before, counts: counts[index] ?? before.counts };
    if (charter?.wave === index) return { ...wave, startedAt: at };
    if (wave.startedAt === undefined || wave.finishedAt !== undefined) return wave;
    const members = standings.filter((standing) => standing.wave === index);
    if (!members.every(isSettled)) return wave;
    const settled = { settledAt: at, ...wave };
    // Nobody need wait for a wave of nothing, nor for the way back.
    if (members.length === 0 || roll.kind === 'undo') return { ...settled, finishedAt: at };
    const approved = { ...settled, ...approvalOf(observation, roll, index) };
    const isOver = !isStopped && waitsUntil(observation, approved, index) <= observation.now;
    return isOver && !lacksApproval(observation, approved, index)
      ? { ...approved, finishedAt: at }
      : approved;
  });
}

/** Until when a wave that has settled is watched, and the next one waits; milliseconds since the epoch. */
export function waitsUntil({ stack }: Observation, { settledAt = '' }: WaveStatus, index: number): number {
  const { rollout } = stack.spec;
  const pause = wavesOf(rollout)[index]?.pause ?? 0;
  return Date.parse(settledAt) + Math.max(rollout.soak, pause) * 1000;
}

/** Whether a wave still wants somebody's word. */
export function lacksApproval({ stack }: Observation, { approvedAt }: WaveStatus, index: number): boolean {
  return approvedAt === undefined && wavesOf(stack.spec.rollout)[index]?.approval === true;
}

/** What failed is settled when it is back, and what was one more pod for a while is gone. */
function isSettled({ verdict, back, app }: Standing): boolean {
  if (verdict.state === 'skipped') return true;
  const isDone = verdict.state === 'done' || (verdict.state === 'failed' && back?.isBack === true);
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
