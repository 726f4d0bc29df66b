import { Failure, isFailure, type FailureCode } from '../errors.ts';
import type { Operator } from '../operator/operator.ts';
import { patiently } from './patiently.ts';
import type { Tally } from './tally.ts';

/** A droplet to warm; without a hash, all droplets of the guid. */
export type Wish = { guid: string; hash?: string | undefined };

export type WarmOptions = { stack: string; version?: string | undefined; concurrency: number };

/** What would fail in the same way for every droplet. */
const hopeless: readonly FailureCode[] = ['unauthenticated', 'denied', 'unsupported', 'no-space'];

/** So many droplets in a row that nobody answered for: the facade is away, not busy with one bad droplet. */
const maxUnanswered = 10;

/**
 * Warms every droplet that is wished for, so many at once, and counts what became of them.
 * @throws Failure where going on makes no sense; `tally` holds what was done until then
 */
export async function warmAll(
  { droplets, warming }: Operator,
  wishes: readonly Wish[],
  { stack, version, concurrency }: WarmOptions,
  tally: Tally,
): Promise<void> {
  // Shared: each worker takes the next one.
  const next = wishes.values();
  const stop = new AbortController();
  let failure: unknown;
  const worker = async (): Promise<void> => {
    for (const { guid, hash } of next) {
      const found = hash === undefined ? await hashesOf(guid) : [hash];
      for (const each of found ?? []) await counted(guid, each, () => one(guid, each));
      if (stop.signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  if (stop.signal.aborted) throw failure;

  async function hashesOf(guid: string): Promise<string[] | undefined> {
    return counted(guid, undefined, async () => {
      const all = await patiently(() => droplets.list(guid), stop.signal);
      const hashes = all.filter(({ state }) => state !== 'deleted').map(({ hash }) => hash);
      if (hashes.length === 0) throw new Failure('not-found', `There are no droplets of ${guid}`);
      tally.left += hashes.length - 1;
      return hashes;
    });
  }

  async function one(guid: string, hash: string): Promise<void> {
    let asked = 0;
    const { outcome } = await patiently(() => {
      asked++;
      return warming.warm(stack, guid, hash, version);
    }, stop.signal);
    // Told to come back, it comes back to what it has caused.
    tally.add(asked > 1 && outcome === 'known' ? 'converted' : outcome);
  }

  /** Counts a failure; one that all others would share ends everything. What was under way then is left. */
  async function counted<T>(
    guid: string,
    hash: string | undefined,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    if (stop.signal.aborted) return undefined;
    try {
      return await work();
    } catch (error) {
      if (stop.signal.aborted) return undefined;
      const hopes = isFailure(error) && !isFailure(error, ...hopeless);
      if (hopes) tally.fail(guid, hash, error);
      if (!hopes || tally.unanswered >= maxUnanswered) {
        failure = error;
        stop.abort();
      }
      return undefined;
    }
  }
}
