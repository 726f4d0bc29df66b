import { LRUCache } from 'lru-cache';
import type { GuidState, GuidStates } from '../droplet/states.ts';
import { layerSettings, variantOf, type LayerSettings } from '../layer/settings.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import type { Stacks } from '../rootfs/stacks.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { Facts } from './images.ts';

/** What can change is read again after so long: with the reading itself, a change is seen well within a second. */
const freshFor = 500;
const rememberedGuids = 100_000;
const rememberedVersions = 200;

const settingsKey = 'v1/settings.json';

type Known<T> = { value: T };

/**
 * The facts that tags depend on, read from the store at most twice a second each. While the store is down, the last known
 * ones are given: a pull of what everybody has is no worse for it.
 */
export class CachedFacts implements Facts {
  readonly #stacks: LRUCache<string, Known<StackRecord | undefined>>;
  readonly #guids: LRUCache<string, Known<GuidState>>;
  readonly #settings: LRUCache<string, Known<LayerSettings>>;
  readonly #versions: LRUCache<string, RootfsRecord>;
  readonly #source: Stacks;

  constructor(stacks: Stacks, states: GuidStates, store: Store) {
    this.#source = stacks;
    this.#stacks = fresh(100, (stack) => stacks.get(stack));
    this.#guids = fresh(rememberedGuids, (guid) => states.get(guid));
    this.#settings = fresh(1, () => readSettings(store));
    this.#versions = new LRUCache({ max: rememberedVersions });
  }

  async stack(stack: string): Promise<StackRecord | undefined> {
    return (await this.#stacks.forceFetch(stack)).value;
  }

  async guid(guid: string): Promise<GuidState> {
    return (await this.#guids.forceFetch(guid)).value;
  }

  async settings(): Promise<LayerSettings> {
    return (await this.#settings.forceFetch('')).value;
  }

  /** A version never changes once it is there. */
  async rootfs(stack: string, version: string): Promise<RootfsRecord | undefined> {
    const id = `${stack}/${version}`;
    const known = this.#versions.get(id);
    if (known !== undefined) return known;
    const record = await this.#source.rootfs(stack, version);
    if (record !== undefined) this.#versions.set(id, record);
    return record;
  }

  /** After a change of our own: the next look reads the store. */
  forgetStack(stack: string): void {
    this.#stacks.delete(stack);
  }

  forgetGuid(guid: string): void {
    this.#guids.delete(guid);
  }
}

/** The settings of the whole facade; the defaults where nobody has chosen. */
export async function readSettings(store: Store): Promise<LayerSettings> {
  return (await readRecord(store, settingsKey, layerSettings)) ?? layerSettings.parse({});
}

/** Makes `choice` the choice of the whole facade. */
export async function chooseSettings(store: Store, choice: LayerSettings): Promise<void> {
  await updateRecord(store, settingsKey, layerSettings, (current) =>
    current !== undefined && variantOf(choice) === variantOf(current) ? undefined : choice,
  );
}

function fresh<T>(max: number, read: (key: string) => Promise<T>): LRUCache<string, Known<T>> {
  return new LRUCache<string, Known<T>>({
    max,
    ttl: freshFor,
    ttlResolution: 0,
    allowStaleOnFetchRejection: true,
    noDeleteOnFetchRejection: true,
    fetchMethod: async (key) => ({ value: await read(key) }),
  });
}
