import type { PastRoll, Phase, Roll, StackStatus } from '../stack/status.ts';

const historyLength = 10;

/** The status after a roll, which is then the newest of the history. */
export function endRoll(
  status: StackStatus,
  roll: Roll,
  outcome: PastRoll['outcome'],
  now: number,
): StackStatus {
  const endedAt = new Date(now).toISOString();
  const { id, kind, from, to, startedAt, counts } = roll;
  const past = { id, kind, ...(from === undefined ? {} : { from }), to, startedAt, endedAt, outcome, counts };
  return {
    ...status,
    phase: phaseAfter(outcome, roll),
    roll: { ...roll, endedAt },
    history: [past, ...status.history].slice(0, historyLength),
  };
}

/** What failures end is taken back next. An undo that nobody asked for leaves the spec unfulfilled. */
function phaseAfter(outcome: PastRoll['outcome'], { asked, to }: Roll): Phase {
  if (outcome === 'Superseded') return 'Idle';
  if (outcome === 'RolledBack') return 'RollingBack';
  return outcome === 'Completed' && asked !== to ? 'RolledBack' : outcome;
}
