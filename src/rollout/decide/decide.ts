import type { PastRoll, Roll, StackStatus } from '../stack/status.ts';
import { advance } from './advance.ts';
import { beginningOf } from './beginning-of.ts';
import type { Decision } from './decision.ts';
import { endRoll } from './end-roll.ts';
import type { Observation } from './observation.ts';
import { stepsAtRest } from './steps.ts';
import { wishFor } from './wish-for.ts';

/** What is to be done for a stack now. A pure function of what is seen: it may be asked at any time, by anybody. */
export function decide(observation: Observation): Decision {
  const { stack, status } = observation;
  const last = status.roll;
  if (last === undefined || last.endedAt !== undefined) return rest(observation);
  const asked = stack.spec.rootfs.version;
  const wish = wishFor(stack, last);
  if (wish === 'another')
    return end(observation, status, last, 'Superseded', `The spec names ${asked} instead of ${last.asked}`);
  const roll = { ...last, asked };
  if (wish === 'abort')
    return end(
      observation,
      status,
      roll,
      'Aborted',
      'Aborted: every app stays where it is. To take all back, undo',
    );
  const { decision, outcome } = advance(observation, roll);
  if (outcome === undefined) return decision;
  const current = decision.status.roll ?? roll;
  return {
    ...decision,
    ...end(observation, decision.status, current, outcome, lastWord(current)),
    proofs: decision.proofs,
  };
}

function rest(observation: Observation): Decision {
  return { ...restOrBegin(observation), steps: stepsAtRest(observation.apps.values()) };
}

/** Nothing is under way: perhaps something is to begin. */
function restOrBegin(observation: Observation): Decision {
  const { status, stack, record } = observation;
  const { roll } = status;
  const { version } = stack.spec.rootfs;
  const begin = beginningOf(observation);
  if (begin !== undefined) return { ...nothing(status), begin };
  if (roll === undefined) {
    const message =
      record.promoted === version ? `Version ${version} is promoted` : 'Nothing was rolled here yet';
    return nothing({ ...status, phase: 'Idle', message });
  }
  // The spec has come round to what failures had done.
  if (status.phase === 'RolledBack' && version === roll.to)
    return nothing({ ...status, phase: 'Completed', roll: { ...roll, asked: version } });
  return nothing(status);
}

function end(
  { now }: Observation,
  status: StackStatus,
  roll: Roll,
  outcome: PastRoll['outcome'],
  message: string,
): Decision {
  return { ...nothing({ ...endRoll(status, roll, outcome, now), message }), hasEnded: true };
}

function lastWord({ counts, to, kind }: Roll): string {
  const { apps, done, failed, skipped } = counts;
  const others = [failed > 0 ? `${failed} failed` : '', skipped > 0 ? `${skipped} cannot be moved` : ''];
  const words = [`${done} of ${apps} apps ${kind === 'undo' ? 'are back on' : 'run'} ${to}`, ...others];
  return words.filter((word) => word !== '').join(', ');
}

function nothing(status: StackStatus): Decision {
  return { status, proofs: [], place: {}, steps: [], hasEnded: false };
}
