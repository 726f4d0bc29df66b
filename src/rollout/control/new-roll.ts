import { randomBytes } from 'node:crypto';
import type { Beginning } from '../decide/decision.ts';
import { waveName, wavesOf } from '../plan/waves.ts';
import type { StackResource } from '../stack/resource.ts';
import type { WaveSpec } from '../stack/spec.ts';
import type { Roll, WaveStatus } from '../stack/status.ts';

/** A roll that begins `now`, of which no wave has begun. */
export function newRoll(
  { spec }: Pick<StackResource, 'spec'>,
  { kind, from, to, asked, undoes }: Beginning,
  now: number,
): Roll {
  const counts = { apps: 0, waiting: 0, moving: 0, done: 0, failed: 0, skipped: 0 };
  const waves = kind === 'undo' ? [{ name: 'undo' }] : wavesOf(spec.rollout).map(frozen);
  return {
    id: rollId(now),
    kind,
    ...(from === undefined ? {} : { from }),
    to,
    asked,
    ...(undoes === undefined ? {} : { undoes }),
    startedAt: new Date(now).toISOString(),
    waves: waves.map((wave) => ({ ...wave, counts })),
    counts,
    failures: [],
    acknowledged: 0,
  };
}

/** What the spec says later of its waves counts for the next roll. */
function frozen(wave: WaveSpec, index: number): Omit<WaveStatus, 'counts'> {
  const { apps, percent, approval, pause: pauseSeconds } = wave;
  const members = { ...(apps === undefined ? {} : { apps }), ...(percent === undefined ? {} : { percent }) };
  return { name: waveName(wave, index), ...members, approval, pauseSeconds };
}

/** Names its time, so that people can tell rolls apart. */
function rollId(now: number): string {
  const digits = new Date(now).toISOString().replaceAll(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(2).toString('hex')}`;
}
