import type { Phase, Roll } from '../stack/status.ts';
import type { Observation } from './observation.ts';
import { lacksApproval, waitsUntil } from './waves-now.ts';

/** Where a roll that is under way stands, in a word and in a sentence. */
export function phaseOf(
  observation: Observation,
  roll: Roll,
  halt: string | undefined,
): { phase: Phase; message: string } {
  const { done, apps, moving, failed } = roll.counts;
  const progress = `${done} of ${apps} apps done, ${moving} on their way${failed === 0 ? '' : `, ${failed} failed`}`;
  if (halt !== undefined)
    return { phase: 'Halted', message: `${halt}. Look at the failures, then resume, abort or undo` };
  if (observation.stack.spec.paused) return { phase: 'Paused', message: `Paused: ${progress}` };
  if (roll.kind === 'undo') return { phase: 'RollingBack', message: `Back to ${roll.to}: ${progress}` };
  const index = roll.waves.findIndex(({ finishedAt }) => finishedAt === undefined);
  const wave = roll.waves[index];
  if (wave === undefined) return { phase: 'Rolling', message: `Every wave is over: ${progress}` };
  if (wave.settledAt === undefined) return { phase: 'Rolling', message: `${wave.name}: ${progress}` };
  const until = waitsUntil(wave, observation);
  if (until > observation.now) {
    const message = `${wave.name} is watched until ${new Date(until).toISOString()}`;
    return { phase: 'Waiting', message };
  }
  if (!lacksApproval(wave, observation)) return { phase: 'Rolling', message: `${wave.name}: ${progress}` };
  return {
    phase: 'AwaitingApproval',
    message: `${wave.name} is through and waits for approval: ${progress}`,
  };
}
