import { LRUCache } from 'lru-cache';
import { layerPointerKey } from '../droplet/record.ts';
import { layerPointer, type LayerPointer } from '../layer/pointer.ts';
import { hexOf, type Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import { rootfsLayerKey } from '../rootfs/keys.ts';
import { readRecord } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { imagesOfGuid, imagesOfStack, type ServedImages } from './served.ts';

/** A blob's bytes: at hand (a config), or an object of the store (a layer). */
export type Blob = { size: number } & ({ bytes: Buffer } | { object: string });

/** Pointers are some 200 bytes each. */
const rememberedPointers = 100_000;

/**
 * Finds blobs by digest. A blob is found only in a repository whose guid's or stack's keys name it: the key is the
 * permission. A manifest is no blob.
 */
export class Blobs {
  readonly #store: Store;
  readonly #served: ServedImages;
  readonly #stacks: () => Promise<string[]>;
  readonly #pointers = new LRUCache<string, LayerPointer>({ max: rememberedPointers });

  constructor(store: Store, served: ServedImages, stacks: () => Promise<string[]>) {
    this.#store = store;
    this.#served = served;
    this.#stacks = stacks;
  }

  async find(repository: Repository, digest: Digest): Promise<Blob | undefined> {
    const hex = hexOf(digest);
    if (repository.kind === 'rootfs') {
      const { stack } = repository;
      return (
        (await this.#config(imagesOfStack(stack), digest, stack)) ?? this.#layer(rootfsLayerKey(stack, hex))
      );
    }
    const { guid, stack } = repository;
    const [layer, config] = await Promise.all([
      this.#layer(layerPointerKey(guid, hex)),
      this.#config(imagesOfGuid(guid), digest, stack),
    ]);
    // Pinned tags lay a droplet over any stack's rootfs, but over none that is not there.
    if (layer !== undefined && stack !== undefined && !(await this.#stacks()).includes(stack))
      return undefined;
    return layer ?? config ?? this.#rootfsLayer(repository, hex);
  }

  async #rootfsLayer(
    repository: Extract<Repository, { kind: 'droplet' }>,
    hex: string,
  ): Promise<Blob | undefined> {
    if (!(await this.#served.any(imagesOfGuid(repository.guid)))) return undefined;
    const stacks = repository.stack === undefined ? await this.#stacks() : [repository.stack];
    for (const stack of stacks) {
      const layer = await this.#layer(rootfsLayerKey(stack, hex));
      if (layer !== undefined) return layer;
    }
    return undefined;
  }

  async #config(folder: string, digest: Digest, stack: string | undefined): Promise<Blob | undefined> {
    const served = await this.#served.get(folder, digest);
    if (served === undefined || served.kind !== 'config') return undefined;
    if (stack !== undefined && served.origin.rootfs.stack !== stack) return undefined;
    return { size: served.bytes.length, bytes: served.bytes };
  }

  async #layer(key: string): Promise<Blob | undefined> {
    const known = this.#pointers.get(key);
    const pointer = known ?? (await readRecord(this.#store, key, layerPointer));
    if (pointer === undefined) return undefined;
    if (known === undefined) this.#pointers.set(key, pointer);
    return { size: pointer.size, object: pointer.object };
  }
}
