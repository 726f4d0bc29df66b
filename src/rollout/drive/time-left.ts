import type { RolloutSpec } from '../stack/spec.ts';
import type { Roll, WaveStatus } from '../stack/status.ts';

/**
 * Seconds until a roll ends, at the pace of its apps so far and with the soaks that are to come; undefined where it has
 * ended, or nothing tells the pace.
 * @param planned apps of each wave; without it, waves that have not begun are left out
 */
export function timeLeft(
  roll: Roll,
  spec: RolloutSpec,
  planned: readonly number[] | undefined,
  now: number,
): number | undefined {
  if (roll.endedAt !== undefined) return undefined;
  const begun = roll.waves.filter(({ startedAt }) => startedAt !== undefined);
  const moved = begun.reduce((sum, wave) => sum + movedIn(wave), 0);
  const moving = begun.reduce((sum, wave) => sum + movingFor(wave, now), 0);
  const left = roll.waves.reduce((sum, wave, index) => {
    const apps = wave.startedAt === undefined ? (planned?.[index] ?? 0) : wave.counts.apps;
    return sum + apps - movedIn(wave);
  }, 0);
  if (left > 0 && (moved === 0 || moving === 0)) return undefined;
  const waits = roll.waves.map((wave, index) => waitOf(roll, spec, planned, wave, index, now));
  return Math.round((left === 0 ? 0 : (left * moving) / moved) + waits.reduce((sum, wait) => sum + wait, 0));
}

function movedIn({ counts: { done, failed, skipped } }: WaveStatus): number {
  return done + failed + skipped;
}

/** Seconds in which apps of the wave moved. */
function movingFor({ startedAt = '', settledAt }: WaveStatus, now: number): number {
  const end = settledAt === undefined ? now : Date.parse(settledAt);
  return Math.max(0, end - Date.parse(startedAt)) / 1000;
}

/** Seconds that a wave is still watched after its apps; one of no apps is not, nor is a way back. */
function waitOf(
  { kind }: Roll,
  spec: RolloutSpec,
  planned: readonly number[] | undefined,
  { startedAt, settledAt, finishedAt, counts, pauseSeconds = 0 }: WaveStatus,
  index: number,
  now: number,
): number {
  const apps = startedAt === undefined ? (planned?.[index] ?? 0) : counts.apps;
  if (kind === 'undo' || finishedAt !== undefined || apps === 0) return 0;
  const whole = Math.max(spec.soak, pauseSeconds);
  const passed = settledAt === undefined ? 0 : Math.max(0, now - Date.parse(settledAt)) / 1000;
  return Math.max(0, whole - passed);
}
