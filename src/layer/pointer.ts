import { z } from 'zod';
import { isFailure } from '../errors.ts';
import { createRecord, readRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** Where a layer's bytes are, found by digest with one read. */
export const layerPointer = z.strictObject({ object: z.string(), size: z.number(), mediaType: z.string() });
export type LayerPointer = z.output<typeof layerPointer>;

/**
 * Makes a stored object known by its digest, under `key`, and answers the pointer that is there afterwards. Where the
 * digest is known already, the object that it leads to is adopted and ours removed. From the moment that a pointer names an
 * object others may rely on it: whatever fails after that, the object stays.
 */
export async function publishLayer(store: Store, key: string, pointer: LayerPointer): Promise<LayerPointer> {
  try {
    const winner = await createRecord(store, key, layerPointer, pointer);
    if (winner.object !== pointer.object) await store.remove(pointer.object);
    return winner;
  } catch (error) {
    if (isFailure(error, 'no-space')) await removeUnnamed(store, key, pointer);
    throw error;
  }
}

/**
 * On a full disk nothing must pile up, and it says at once that nothing was written. After other errors a pointer may still
 * come into being, so that its object is the collector's.
 */
async function removeUnnamed(store: Store, key: string, { object }: LayerPointer): Promise<void> {
  const found = await readRecord(store, key, layerPointer);
  if (found?.object !== object) await store.remove(object);
}
