import pLimit from 'p-limit';
import { isFailure } from '../../errors.ts';
import type { WarmOperator } from '../../operator/operator.ts';
import type { Decision } from '../decide/decision.ts';
import type { Observation } from '../decide/observation.ts';
import type { Placements } from '../decide/placing.ts';
import { hashOf } from '../fleet/app.ts';

/** Images that are made ahead at a time. */
const atOnce = 8;

/**
 * Those placements of a decision that lead to an image: apps that begin have theirs made first, so that no pod is ended for
 * one that cannot be pulled. What is still being made is placed at a later look.
 */
export async function readyToPlace(
  stack: string,
  { place, status }: Decision,
  { apps, memory }: Observation,
  warming: WarmOperator,
): Promise<Placements> {
  const to = status.roll?.to;
  // What is taken back was served before.
  const isUndo = status.roll?.kind === 'undo';
  const limit = pLimit(atOnce);
  const ready = await Promise.all(
    Object.entries(place).map(async ([guid, version]): Promise<[string, string | null][]> => {
      const app = apps.get(guid);
      const hash = app && hashOf(app);
      if (version === null || version !== to || isUndo || hash === undefined) return [[guid, version]];
      const lack = await limit(() => lackOf(warming, stack, guid, hash, version));
      if (lack === 'later') return [];
      if (lack !== undefined) memory.lacksImage(guid, lack);
      return lack === undefined ? [[guid, version]] : [];
    }),
  );
  return Object.fromEntries(ready.flat());
}

/** Why a droplet has no image over a version; `later` where that cannot be said now. */
async function lackOf(
  warming: WarmOperator,
  stack: string,
  guid: string,
  hash: string,
  version: string,
): Promise<string | undefined> {
  try {
    const { outcome } = await warming.warm(stack, guid, hash, version);
    if (outcome === 'converted' || outcome === 'known') return undefined;
    return outcome === 'deleted' ? 'its droplet was deleted' : 'its droplet belongs to another stack';
  } catch (error) {
    if (isFailure(error, 'busy', 'unavailable', 'denied', 'unauthenticated')) return 'later';
    if (!isFailure(error)) throw error;
    return error.message;
  }
}
