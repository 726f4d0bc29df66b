import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { launcherLayer, launcherVersion } from '../layer/launcher.ts';
import { publishLayer } from '../layer/pointer.ts';
import { hexOf } from '../oci/digest.ts';
import { rootfsLayerKey } from '../rootfs/keys.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import type { Store } from '../store/store.ts';
import type { Layer } from './assemble.ts';

const rememberedVersions = 200;

/** A cache keeps no `undefined`. */
const nothing = Symbol('no layer');

/** The launcher layers that rootfs versions need, kept in the store so that they outlive this version of dropstack. */
export class LauncherLayers {
  readonly #store: Store;
  readonly #layers = new LRUCache<string, Layer | typeof nothing, RootfsRecord>({
    max: rememberedVersions,
    ignoreFetchAbort: true,
    fetchMethod: async (_version, _stale, { context }) => (await this.#make(context)) ?? nothing,
  });

  constructor(store: Store) {
    this.#store = store;
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

  async #keep(key: string, bytes: Buffer, mediaType: string): Promise<void> {
    if ((await this.#store.stat(key)) !== undefined) return;
    const object = `v1/objects/${randomUUID()}`;
    await this.#store.put(object, bytes);
    await publishLayer(this.#store, key, { object, size: bytes.length, mediaType });
  }
}
