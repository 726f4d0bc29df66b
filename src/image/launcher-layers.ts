import { LRUCache } from 'lru-cache';
import { launcherLayer, launcherVersion } from '../layer/launcher.ts';
import { layerPointer, publishLayer, renewLayer } from '../layer/pointer.ts';
import { hexOf } from '../oci/digest.ts';
import { rootfsLayerKey } from '../rootfs/keys.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import { worksWithin } from '../store/lifetime.ts';
import { readRecord } from '../store/records.ts';
import { believing, type Clock } from '../store/remembered.ts';
import type { Store } from '../store/store.ts';
import type { Layer } from './assemble.ts';
import { newObjectKey } from '../store/objects.ts';

const rememberedVersions = 200;

/** A cache keeps no `undefined`. */
const nothing = Symbol('no layer');

/** The launcher layers that rootfs versions need, kept in the store so that they outlive this version of dropstack. */
export class LauncherLayers {
  readonly #store: Store;
  readonly #now: Clock;
  readonly #layers: LRUCache<string, Layer | typeof nothing, RootfsRecord>;

  constructor(store: Store, clock?: Clock) {
    this.#store = store;
    this.#now = clock ?? Date.now;
    this.#layers = new LRUCache({
      ...believing(clock),
      max: rememberedVersions,
      ignoreFetchAbort: true,
      fetchMethod: async (_version, _stale, { context }) => (await this.#make(context)) ?? nothing,
    });
  }

  /** The layer with what `rootfs` lacks of the launcher; undefined where it lacks nothing. */
  async for(rootfs: RootfsRecord): Promise<Layer | undefined> {
    const layer = await this.#layers.fetch(`${rootfs.stack}/${rootfs.version}`, { context: rootfs });
    return layer === nothing ? undefined : (layer ?? this.#make(rootfs));
  }

  async #make(rootfs: RootfsRecord): Promise<Layer | undefined> {
    const layer = await launcherLayer(rootfs.provides);
    if (layer === undefined) return undefined;
    const key = rootfsLayerKey(rootfs.stack, hexOf(layer.descriptor.digest));
    await this.#keep(key, layer.bytes, layer.descriptor.mediaType);
    return {
      descriptor: layer.descriptor,
      diffId: layer.diffId,
      createdBy: `dropstack launcher ${launcherVersion}`,
    };
  }

  /** No record names a launcher layer, only manifests do: that it is relied on must be seen from its pointer. */
  async #keep(key: string, bytes: Buffer, mediaType: string): Promise<void> {
    const known = await readRecord(this.#store, key, layerPointer);
    const age = this.#now() - Date.parse(known?.renewed?.at ?? '');
    if (age < worksWithin || (known !== undefined && (await renewLayer(this.#store, key, this.#now)))) return;
    const object = newObjectKey();
    await this.#store.put(object, bytes);
    await publishLayer(this.#store, key, { object, size: bytes.length, mediaType }, this.#now);
  }
}
