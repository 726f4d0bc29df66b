import { z } from 'zod';
import { requireStack } from '../oci/names.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

/** What can change about the droplets of a guid. No record means: the default stack, nothing deleted. */
export const guidState = z.strictObject({
  format: z.literal(1),
  stack: z.string().optional(),
  /** Tombstones: hash to the time of deletion, ISO 8601. */
  deleted: z.record(z.string(), z.strictObject({ at: z.string() })),
});
export type GuidState = z.output<typeof guidState>;

const untouched: GuidState = { format: 1, deleted: {} };

/** The stack that a guid's droplets belong to, and which of them were deleted. */
export class GuidStates {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async get(guid: string): Promise<GuidState> {
    return (await readRecord(this.#store, guidStateKey(guid), guidState)) ?? untouched;
  }

  /** From now on the guid's droplets lie over the rootfs of `stack`. */
  async assign(guid: string, stack: string): Promise<void> {
    requireStack(stack);
    await this.#update(guid, (state) => (state.stack === stack ? undefined : { ...state, stack }));
  }

  /** Its tags answer 404 from now on. */
  async bury(guid: string, hash: string): Promise<void> {
    const at = new Date().toISOString();
    await this.#update(guid, (state) => {
      if (hash in state.deleted) return undefined;
      return { ...state, deleted: { ...state.deleted, [hash]: { at } } };
    });
  }

  /** Takes a deletion back: the droplet was put again. */
  async revive(guid: string, hash: string): Promise<void> {
    await this.#update(guid, (state) => {
      if (!(hash in state.deleted)) return undefined;
      return {
        ...state,
        deleted: Object.fromEntries(Object.entries(state.deleted).filter(([key]) => key !== hash)),
      };
    });
  }

  async #update(guid: string, change: (state: GuidState) => GuidState | undefined): Promise<void> {
    await updateRecord(this.#store, guidStateKey(guid), guidState, (current) => change(current ?? untouched));
  }
}

/** Where the state of a guid lies. */
export function guidStateKey(guid: string): string {
  return `v1/guids/${guid}.json`;
}
