import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { isFailure } from '../errors.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** Where a layer's bytes are, found by digest with one read. */
export const layerPointer = z.strictObject({
  object: z.string(),
  size: z.number(),
  mediaType: z.string(),
  /** When somebody last began to rely on it who did not make it, ISO 8601; `by` tells two renewals apart. */
  renewed: z.strictObject({ at: z.string(), by: z.string() }).optional(),
});
export type LayerPointer = z.output<typeof layerPointer>;

/**
 * Makes a stored object known by its digest, under `key`, and answers the pointer that is there afterwards. Where the
 * digest is known already, the object that it leads to is adopted and ours removed. To adopt is to write: a pointer that no record
 * names and nobody wrote for a day is relied on by none (docs/store.md, "Lifetime"). From the moment that a pointer names an
 * object others may rely on it: whatever fails after that, the object stays.
 */
export async function publishLayer(
  store: Store,
  key: string,
  pointer: LayerPointer,
  clock: () => number = Date.now,
): Promise<LayerPointer> {
  const adopt = (found: LayerPointer | undefined): LayerPointer | undefined =>
    found?.object === pointer.object ? undefined : found === undefined ? pointer : renewed(found, clock());
  try {
    const winner = await updateRecord(store, key, layerPointer, adopt, clock);
    if (winner === undefined || winner.object === pointer.object) return pointer;
    // Where that fails, it is the collector's.
    await store.remove(pointer.object).catch(() => {});
    return winner;
  } catch (error) {
    if (isFailure(error, 'no-space')) await removeUnnamed(store, key, pointer);
    throw error;
  }
}

/** Begins to rely on a layer that is known already; answers whether there is one. */
export async function renewLayer(
  store: Store,
  key: string,
  clock: () => number = Date.now,
): Promise<boolean> {
  const renew = (pointer: LayerPointer | undefined): LayerPointer | undefined =>
    pointer && renewed(pointer, clock());
  const found = await updateRecord(store, key, layerPointer, renew, clock);
  return found !== undefined;
}

/** Other bytes each time: to a store whose etag is a checksum, the same bytes would be no change. */
function renewed(pointer: LayerPointer, now: number): LayerPointer {
  return { ...pointer, renewed: { at: new Date(now).toISOString(), by: randomUUID() } };
}

/**
 * On a full disk nothing must pile up, and it says at once that nothing was written. After other errors a pointer may still
 * come into being, so that its object is the collector's.
 */
async function removeUnnamed(store: Store, key: string, { object }: LayerPointer): Promise<void> {
  const found = await readRecord(store, key, layerPointer);
  if (found?.object !== object) await store.remove(object);
}
