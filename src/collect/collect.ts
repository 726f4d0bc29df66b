import { randomUUID } from 'node:crypto';
import { GuidStates } from '../droplet/states.ts';
import { Failure } from '../errors.ts';
import { day, minute } from '../store/lifetime.ts';
import { layeredReader } from '../store/layered.ts';
import type { Store } from '../store/store.ts';
import { probesFolder } from '../store/probe.ts';
import { gather, type Sources } from './gather.ts';
import { reasonToStop, stopped } from './plan.ts';
import { stepsOf, Tallies, type CollectionReport } from './report.ts';
import { Survey } from './survey.ts';
import { sweep } from './sweep.ts';

export type CollectParts = Sources & {
  own: Store;
  /** milliseconds since the epoch */
  clock: () => number;
};

export type CollectOptions = {
  /** seconds for which what was deleted or retired is still served by digest; at least a day */
  graceSeconds: number;
  dryRun: boolean;
  /** Go on where more than a tenth would go. */
  allowLarge: boolean;
};

/** Times are compared that the store and other machines wrote. */
const clocksAgreeWithin = 10 * minute;

/**
 * Removes from the own store what is over and what nothing names; the operator's source is only read. It may be repeated, broken
 * off, and run beside itself and everything else: docs/store.md, "Lifetime", says why.
 * @throws Failure `conflict` where it stops because too much would go, `unavailable` where a store does not answer or its
 *   clock is not ours; then nothing was removed
 */
export async function collect(
  parts: CollectParts,
  { graceSeconds, dryRun, allowLarge }: CollectOptions,
): Promise<CollectionReport> {
  const { own, clock, uploads, source } = parts;
  const grace = graceSeconds * 1000;
  if (!(grace >= day))
    throw new Failure('invalid', 'The grace must be a day at least: conversions that run rely on it');
  if (!dryRun) await requireSameClock(own, clock);
  const times = { now: clock(), grace };
  const plan = await gather(own, { uploads, source }, new Survey(times));
  const stop = reasonToStop(plan);
  const tallies = new Tallies();
  if (dryRun) for (const step of stepsOf(plan)) tallies.add(step);
  else {
    if (stop !== undefined && !allowLarge) throw stopped(stop);
    const sources = layeredReader(source === undefined ? [uploads] : [uploads, source]);
    const states = new GuidStates(own, clock);
    await sweep(plan, { own, sources, states, clock, grace, removed: (step) => tallies.add(step) });
  }
  const { until, ...waiting } = plan.waiting;
  return {
    dryRun,
    at: new Date(times.now).toISOString(),
    graceSeconds,
    ...(stop === undefined || !dryRun ? {} : { stop }),
    seen: plan.seen,
    removed: tallies.list(),
    waiting: { ...waiting, ...(until === undefined ? {} : { until: new Date(until).toISOString() }) },
    missing: plan.missing,
    unreadable: plan.unreadable,
  };
}

/** An object is written just so that the store says what time it has: at the put itself some say ours. */
async function requireSameClock(own: Store, clock: () => number): Promise<void> {
  const key = probesFolder + randomUUID();
  await own.put(key, Buffer.from('{}'));
  const { modified = 0 } = (await own.stat(key)) ?? {};
  await own.remove(key);
  if (!(modified > 0))
    throw new Failure('unavailable', 'Cannot collect: the store does not say when an object was written');
  const apart = Math.abs(modified - clock());
  if (apart <= clocksAgreeWithin) return;
  throw new Failure(
    'unavailable',
    `Cannot collect: the clocks of the store and of this machine are ${Math.round(apart / minute)} minutes apart; set them right`,
  );
}
