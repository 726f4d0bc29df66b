import { LRUCache } from 'lru-cache';
import { statesMark, type GuidState, type GuidStates } from '../droplet/states.ts';
import type { LayerSettings } from '../layer/settings.ts';
import { stackKey } from '../rootfs/keys.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import type { StackRecord } from '../rootfs/stack-record.ts';
import type { Stacks } from '../rootfs/stacks.ts';
import type { Clock } from '../store/remembered.ts';
import type { Store } from '../store/store.ts';
import { Fresh } from './fresh.ts';
import type { Facts } from './images.ts';
import { Marked } from './marked.ts';
import { readSettings, requireKnownLayers, settingsKey, type Settings } from './settings.ts';

/** Also those that clients ask for and that do not exist. */
const rememberedStacks = 1000;
const rememberedGuids = 100_000;
const rememberedVersions = 200;

/** The facts that tags depend on. */
export class CachedFacts implements Facts {
  readonly #stacks: Fresh<StackRecord | undefined>;
  readonly #guids: Marked<GuidState>;
  readonly #settings: Fresh<Settings>;
  readonly #versions: LRUCache<string, RootfsRecord>;
  readonly #source: Stacks;

  constructor(stacks: Stacks, states: GuidStates, store: Store, clock?: Clock) {
    this.#source = stacks;
    this.#stacks = new Fresh(store, rememberedStacks, stackKey, (stack) => stacks.get(stack), clock);
    const mark = new Fresh(
      store,
      1,
      () => statesMark,
      async () => (await store.stat(statesMark))?.etag ?? '',
      clock,
    );
    this.#guids = new Marked(mark, rememberedGuids, (guid) => states.get(guid), clock);
    this.#settings = new Fresh(
      store,
      1,
      () => settingsKey,
      () => readSettings(store),
      clock,
    );
    this.#versions = new LRUCache({ max: rememberedVersions });
  }

  known(guid: string, stackOf: (state: GuidState) => string): readonly object[] | undefined {
    const state = this.#guids.known(guid);
    const settings = this.#settings.known('');
    if (state === undefined || settings === undefined) return undefined;
    const stack = this.#stacks.known(stackOf(state));
    return stack === undefined ? undefined : [state, settings, stack];
  }

  async stack(stack: string): Promise<StackRecord | undefined> {
    return this.#stacks.get(stack);
  }

  async guid(guid: string): Promise<GuidState> {
    return this.#guids.get(guid);
  }

  async settings(): Promise<LayerSettings> {
    return requireKnownLayers(await this.#settings.get('')).layer;
  }

  async imageFormat(): Promise<number> {
    return (await this.#settings.get('')).imageFormat;
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
