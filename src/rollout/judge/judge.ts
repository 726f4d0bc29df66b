import { isSurged, replicasOf, type App } from '../fleet/app.ts';
import { runningOf, versionOf, type Identify } from '../fleet/identity.ts';
import type { Pod } from '../fleet/pod.ts';
import type { CharterEntry } from './charter.ts';
import { clockSkew } from './clock-skew.ts';

/**
 * How far an app is on its way to `entry.to`.
 * - `waiting`: it is not placed there yet
 * - `moving`: pods are being replaced, or have not proven themselves; `next` is to be replaced, where one is; `stale` of them run
 *   something else still
 * - `done`: every pod is proven there
 * - `failed`: it does worse there than before, and is to go back
 * - `skipped`: nothing can move it; `next` is to be replaced once that is allowed, where only a budget forbids it
 */
export type Verdict =
  | { state: 'waiting' }
  | { state: 'moving'; next: Pod | undefined; unsettled: readonly Pod[]; stale: number }
  | { state: 'done' }
  | { state: 'failed'; reason: string }
  | { state: 'skipped'; reason: string; next?: Pod };

/** In seconds. */
export type Standard = { minReadySeconds: number; progressDeadlineSeconds: number };

/** Times in milliseconds since the epoch, as far as this process knows them. */
export type Circumstances = {
  now: number;
  identify: Identify;
  /** since when its wave is under way; NaN where that is not known */
  begun: number;
  /** the guid's placement, or what is promoted */
  placement: string | undefined;
  /** whether all replicas of the facade answer with that placement */
  isSpread: boolean;
  /** since when they do, where this process placed it */
  placedSince: number | undefined;
  /** since when the app's progress is what it is; it is told what changes whenever the app comes nearer to its end, or falls back */
  since: (progress: string) => number;
  /** before this, nobody could see what pods came to, or do anything about it */
  countsFrom: number;
};

/** More crashes than before that may be an accident. */
const tolerated = 1;

/** What becomes of an app, from what its pods show. */
export function judge(
  entry: CharterEntry,
  app: App,
  standard: Standard,
  circumstances: Circumstances,
): Verdict {
  const sorted = sortPods(entry, app.pods, standard, circumstances);
  const since = circumstances.since(progressOf(sorted, circumstances));
  if (app.obstacle !== undefined) return { state: 'skipped', reason: app.obstacle };
  if (circumstances.placement !== entry.to) return { state: 'waiting' };
  const crash = entry.broken ? undefined : crashOf(sorted, entry, circumstances);
  if (crash !== undefined) return { state: 'failed', reason: crash };
  const { leaving, pending, unproven, stale, proven } = sorted;
  const missing = wantedOf(entry, app) - pending.length - unproven.length - stale.length - proven.length;
  const unsettled = [...leaving, ...pending, ...unproven];
  const isSettled = unsettled.length === 0 && missing <= 0 && !doesWorse(entry, app);
  if (isSettled && stale.length === 0) return { state: 'done' };
  const delay = delayOf(sorted, missing, entry, standard, { ...circumstances, since });
  if (delay !== undefined) return { state: chargeOf(entry, app), reason: delay };
  const next = isSettled && circumstances.isSpread ? firstOf(stale) : undefined;
  return { state: 'moving', next, unsettled, stale: stale.length };
}

/** How many pods it should have. What lacked before is not waited for; one more for a while is, or nothing would serve meanwhile. */
function wantedOf(entry: CharterEntry, app: App): number {
  const replicas = replicasOf(app) ?? entry.pods;
  return entry.pods === 0 || isSurged(app) ? replicas : Math.min(replicas, entry.pods);
}

/** What was broken before need not be ready there, but no fewer of its pods than before. */
function doesWorse({ broken, ready }: CharterEntry, { pods }: App): boolean {
  return broken && pods.filter(({ isReady, isLeaving }) => isReady && !isLeaving).length < ready;
}

/** Of an app that was broken before, only what it could do before is charged. */
function chargeOf(entry: CharterEntry, app: App): 'failed' | 'skipped' {
  return entry.broken && !doesWorse(entry, app) ? 'skipped' : 'failed';
}

type Sorted = {
  leaving: Pod[];
  /** have not pulled everything, since the wave began */
  pending: Pod[];
  /** are there, and not ready for long enough */
  unproven: Pod[];
  proven: Pod[];
  /** run anything else, or were stuck before the wave began */
  stale: Pod[];
};

function sortPods(
  { to, broken }: CharterEntry,
  pods: readonly Pod[],
  { minReadySeconds }: Standard,
  { identify, now, begun }: Circumstances,
): Sorted {
  const sorted: Sorted = { leaving: [], pending: [], unproven: [], proven: [], stale: [] };
  for (const pod of pods) {
    const running = runningOf(pod, identify);
    const isSteady = pod.isReady && now - pod.readinessSince >= minReadySeconds * 1000;
    const isStuck = pod.waiting !== undefined && pod.createdAt < begun;
    if (pod.isLeaving) sorted.leaving.push(pod);
    else if (running === 'pending' && !isStuck) sorted.pending.push(pod);
    else if (versionOf(running) !== to) sorted.stale.push(pod);
    // What was not healthy before need not be so there.
    else if (isSteady || broken) sorted.proven.push(pod);
    else sorted.unproven.push(pod);
  }
  return sorted;
}

function progressOf({ proven, unproven, stale }: Sorted, { placement }: Circumstances): string {
  return [placement, proven.length, unproven.length, stale.length].join(' ');
}

/** What restarted before counts for pods alone that were there before. */
function crashOf(
  { unproven, proven }: Sorted,
  entry: CharterEntry,
  { begun }: Circumstances,
): string | undefined {
  for (const { name, restarts, waiting, createdAt } of [...unproven, ...proven]) {
    const before = createdAt > begun ? 0 : entry.restarts;
    const crashes = restarts - before;
    if (crashes > tolerated || (crashes > 0 && waiting === 'CrashLoopBackOff'))
      return `${name} crashes: ${restarts} restarts, ${before} before`;
  }
  return undefined;
}

/** What has taken longer than it may. */
function delayOf(
  { leaving, pending, unproven, stale }: Sorted,
  missing: number,
  entry: CharterEntry,
  { progressDeadlineSeconds }: Standard,
  { now, since, placedSince, countsFrom }: Omit<Circumstances, 'since'> & { since: number },
): string | undefined {
  const newest = (placedSince ?? Number.POSITIVE_INFINITY) + clockSkew;
  const late = stale.find(({ createdAt }) => createdAt > newest);
  if (late !== undefined) return `${late.name} was made after the placement and does not run ${entry.to}`;
  const isOverdue = (from: number): boolean => now - from > progressDeadlineSeconds * 1000;
  const unready = unproven.find((pod) => !pod.isReady && isOverdue(Math.max(pod.readinessSince, countsFrom)));
  if (unready !== undefined) return `${unready.name} was not ready in time${whatItWaitsFor(unready)}`;
  if (!isOverdue(since)) return undefined;
  if (pending[0] !== undefined)
    return `${pending[0].name} did not start in time${whatItWaitsFor(pending[0])}`;
  if (unproven[0] !== undefined) return `${unproven[0].name} did not stay ready`;
  if (leaving[0] !== undefined) return `${leaving[0].name} did not end in time`;
  if (entry.broken && missing <= 0 && stale.length === 0) return 'fewer of its pods are ready than before';
  return missing > 0 || stale[0] === undefined
    ? 'its owner made no pods in time'
    : `${stale[0].name} was not replaced in time`;
}

function whatItWaitsFor({ waiting }: Pod): string {
  return waiting === undefined ? '' : `: ${waiting}`;
}

/** Pods that do not serve go first, then those with the highest numbers. */
function firstOf(stale: readonly Pod[]): Pod | undefined {
  return stale.toSorted(
    (a, b) => Number(a.isReady) - Number(b.isReady) || b.name.localeCompare(a.name, 'en', { numeric: true }),
  )[0];
}
