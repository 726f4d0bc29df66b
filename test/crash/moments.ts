import { createHash, randomInt } from 'node:crypto';

/** Of all that is random here. A failed test says it: `CRASH_SEED=<seed>` runs the same again. */
export const seed = Number(process.env['CRASH_SEED'] ?? randomInt(1_000_000));

export type Moment = { round: number; ms: number; about: string };

/** Moments spread over a span of milliseconds: one at random in each of as many equal parts. */
export function moments(from: number, to: number, count = 10): Moment[] {
  return Array.from({ length: count }, (_, round) => {
    const ms = Math.round(from + ((to - from) * (round + fraction(round))) / count);
    return { round, ms, about: `seed ${seed}, round ${round}, after ${ms} ms of ${Math.round(to)}` };
  });
}

function fraction(round: number): number {
  return createHash('sha256').update(`${seed} ${round}`).digest().readUInt32BE() / 2 ** 32;
}
