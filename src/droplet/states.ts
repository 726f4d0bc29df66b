import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Failure } from '../errors.ts';
import { canonicalJson } from '../oci/canonical-json.ts';
import { requireStack } from '../oci/names.ts';
import { settlesAfter } from '../store/lifetime.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';

const tombstone = z.strictObject({
  /** when it was deleted, ISO 8601: its grace begins here */
  at: z.string(),
  /** It was not deleted by anybody: a collection buried it, since no source had it any more. */
  absent: z.literal(true).optional(),
  /** Since then its records go, and nothing that was known of it before may be relied on. */
  collected: z.string().optional(),
});
export type Tombstone = z.output<typeof tombstone>;

const absence = z.strictObject({ first: z.string(), second: z.string().optional() });
export type Absence = z.output<typeof absence>;

/** What can change about the droplets of a guid. No record means: the default stack, nothing deleted. */
export const guidState = z.strictObject({
  format: z.literal(1),
  stack: z.string().optional(),
  /** When somebody last began to rely on the stack, ISO 8601; `by` tells two assignments apart. */
  assigned: z.strictObject({ at: z.string(), by: z.string() }).optional(),
  /** hash to tombstone */
  deleted: z.record(z.string(), tombstone),
  /** Hash to when collections saw that no source has a droplet that was not deleted, ISO 8601. */
  absent: z.record(z.string(), absence).optional(),
});
export type GuidState = z.output<typeof guidState>;

export const untouched: GuidState = { format: 1, deleted: {} };

/** The stack that a guid's droplets belong to, and which of them were deleted. */
export class GuidStates {
  readonly #store: Store;
  readonly #clock: () => number;

  constructor(store: Store, clock: () => number = Date.now) {
    this.#store = store;
    this.#clock = clock;
  }

  async get(guid: string): Promise<GuidState> {
    return (await readRecord(this.#store, guidStateKey(guid), guidState)) ?? untouched;
  }

  /**
   * From now on the guid's droplets lie over the rootfs of `stack`. It is written also where it is so already: a collection that is
   * about to remove what nobody relied on for long sees that somebody does.
   * @returns whether it was another
   */
  async assign(guid: string, stack: string): Promise<boolean> {
    requireStack(stack);
    const assigned = { at: new Date(this.#clock()).toISOString(), by: randomUUID() };
    let wasAnother = false;
    await this.update(guid, (state) => {
      wasAnother = state.stack !== stack;
      return { ...state, stack, assigned };
    });
    return wasAnother;
  }

  /**
   * Its tags answer 404 from now on. Others are told so also where it was deleted before: that may have failed before it told them.
   * @returns false where somebody has deleted it before
   */
  async bury(guid: string, hash: string): Promise<boolean> {
    const at = new Date(this.#clock()).toISOString();
    const isChanged = await this.update(guid, (state) => {
      const found = tombstoneOf(state, hash);
      if (found !== undefined && found.absent !== true) return undefined;
      const { absent: _, ...deletion } = found ?? { at };
      return withTombstone(state, hash, deletion);
    });
    if (!isChanged) await this.#mark();
    return isChanged;
  }

  /**
   * Somebody puts the droplet: should it be deleted, its grace begins anew, so that nothing of it goes meanwhile.
   * @throws Failure `busy` while it is being collected
   */
  async retain(guid: string, hash: string): Promise<void> {
    await this.update(guid, (state) => {
      const found = tombstoneOf(state, hash);
      if (found === undefined) return sightingOf(state, hash) && withTombstone(state, hash, undefined);
      this.#requireSettled(guid, hash, found);
      return withTombstone(state, hash, { ...found, at: new Date(this.#clock()).toISOString() });
    });
  }

  /**
   * Takes a deletion back: the droplet was put again.
   * @returns whether there was one
   * @throws Failure `busy` while it is being collected
   */
  async revive(guid: string, hash: string): Promise<boolean> {
    let wasDeleted = false;
    await this.update(guid, (state) => {
      const found = tombstoneOf(state, hash);
      wasDeleted = found !== undefined;
      if (found === undefined) return sightingOf(state, hash) && withTombstone(state, hash, undefined);
      this.#requireSettled(guid, hash, found);
      return withTombstone(state, hash, undefined);
    });
    return wasDeleted;
  }

  /** Changes a state by compare-and-swap; `undefined` leaves it as it is. @returns whether it was changed */
  async update(guid: string, change: (state: GuidState) => GuidState | undefined): Promise<boolean> {
    let changes = false;
    const changed = (current = untouched): GuidState | undefined => {
      const next = change(current);
      changes = next !== undefined;
      return next;
    };
    await updateRecord(this.#store, guidStateKey(guid), guidState, changed, this.#clock);
    if (changes) await this.#mark();
    return changes;
  }

  async #mark(): Promise<void> {
    await this.#store.put(statesMark, canonicalJson({ format: 1, change: randomUUID() }));
  }

  #requireSettled(guid: string, hash: string, { collected }: Tombstone): void {
    if (collected === undefined) return;
    const left = Date.parse(collected) + settlesAfter - this.#clock();
    if (left <= 0) return;
    throw new Failure(
      'busy',
      `Droplet ${guid}/${hash} was deleted and has just been collected: put it again in ${Math.ceil(left / 60_000)} minutes`,
      { retryAfter: Math.ceil(left / 1000) },
    );
  }
}

export const statesFolder = 'v1/guids/';

/** Changed after each change of a state: while its etag is the same, so are all states, but for a change that failed half-way. */
export const statesMark = 'v1/guids-changed.json';

/** Where the state of a guid lies. */
export function guidStateKey(guid: string): string {
  return `${statesFolder}${guid}.json`;
}

/** Hashes are hex digits, and yet come from users. */
export function tombstoneOf(state: Pick<GuidState, 'deleted'>, hash: string): Tombstone | undefined {
  return Object.hasOwn(state.deleted, hash) ? state.deleted[hash] : undefined;
}

export function sightingOf({ absent = {} }: GuidState, hash: string): Absence | undefined {
  return Object.hasOwn(absent, hash) ? absent[hash] : undefined;
}

/** The state with another tombstone, or without one, of a droplet whose sightings are of no more use. */
export function withTombstone(state: GuidState, hash: string, value: Tombstone | undefined): GuidState {
  return withSighting({ ...state, deleted: replaced(state.deleted, hash, value) }, hash, undefined);
}

export function withSighting(state: GuidState, hash: string, value: Absence | undefined): GuidState {
  const { absent = {}, ...rest } = state;
  const left = replaced(absent, hash, value);
  return Object.keys(left).length === 0 ? rest : { ...rest, absent: left };
}

function replaced<T>(values: Record<string, T>, hash: string, value: T | undefined): Record<string, T> {
  const others = Object.entries(values).filter(([key]) => key !== hash);
  return Object.fromEntries(value === undefined ? others : [...others, [hash, value]]);
}
