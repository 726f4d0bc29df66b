import { LRUCache } from 'lru-cache';
import { guidStateKey, type GuidState, type GuidStates } from '../droplet/states.ts';
import { layerSettings, variantOf, type LayerSettings } from '../layer/settings.ts';
import { stackKey } from '../rootfs/keys.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import type { Stacks } from '../rootfs/stacks.ts';
import { readRecord, updateRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { Fresh } from './fresh.ts';
import type { Facts } from './images.ts';

/** Also those that clients ask for and that do not exist. */
const rememberedStacks = 1000;
const rememberedGuids = 100_000;
const rememberedVersions = 200;

const settingsKey = 'v1/settings.json';

/** The facts that tags depend on. */
export class CachedFacts implements Facts {
  readonly #stacks: Fresh<StackRecord | undefined>;
  readonly #guids: Fresh<GuidState>;
  readonly #settings: Fresh<LayerSettings>;
  readonly #versions: LRUCache<string, RootfsRecord>;
  readonly #source: Stacks;

  constructor(stacks: Stacks, states: GuidStates, store: Store) {
    this.#source = stacks;
    this.#stacks = new Fresh(store, rememberedStacks, stackKey, (stack) => stacks.get(stack));
    this.#guids = new Fresh(store, rememberedGuids, guidStateKey, (guid) => states.get(guid));
    this.#settings = new Fresh(
      store,
      1,
      () => settingsKey,
      () => readSettings(store),
    );
    this.#versions = new LRUCache({ max: rememberedVersions });
  }

  async stack(stack: string): Promise<StackRecord | undefined> {
    return this.#stacks.get(stack);
  }

  async guid(guid: string): Promise<GuidState> {
    return this.#guids.get(guid);
  }

  async settings(): Promise<LayerSettings> {
    return this.#settings.get('');
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
    this.#stacks.forget(stack);
  }

  forgetGuid(guid: string): void {
    this.#guids.forget(guid);
  }
}

/** The settings of the whole facade; the defaults where nobody has chosen. */
async function readSettings(store: Store): Promise<LayerSettings> {
  return (await readRecord(store, settingsKey, layerSettings)) ?? layerSettings.parse({});
}

/** Makes `choice` the choice of the whole facade. */
export async function chooseSettings(store: Store, choice: LayerSettings): Promise<void> {
  await updateRecord(store, settingsKey, layerSettings, (current) =>
    current !== undefined && variantOf(choice) === variantOf(current) ? undefined : choice,
  );
}
