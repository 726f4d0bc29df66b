import { layerPointerKey } from '../droplet/record.ts';
import { layerPointer, type LayerPointer } from '../layer/pointer.ts';
import { hexOf, type Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import { rootfsLayerKey } from '../rootfs/keys.ts';
import { readRecord } from '../store/records.ts';
import { Remembered, type Clock } from '../store/remembered.ts';
import type { Store } from '../store/store.ts';
import { imagesOf, imagesOfGuid, imagesOfStack, type Served, type ServedImages } from './served.ts';

/** A blob's bytes: at hand (a config), or an object of the store (a layer). */
export type Blob = { size: number } & ({ bytes: Buffer } | { object: string });

/** Where a blob of a repository is: a layer's object, or the folder of the config. */
type Place = LayerPointer | { configsIn: string };

/** Places are some 500 bytes each, with their names. */
const rememberedPlaces = 50_000;

/**
 * Finds blobs by digest. A blob is found only in a repository whose guid's or stack's keys name it: the key is the
 * permission. A manifest is no blob. What was found is remembered: to find it again asks the store nothing, and while it is away
 * all that was pulled before is still found.
 */
export class Blobs {
  readonly #store: Store;
  readonly #served: ServedImages;
  readonly #stacks: () => Promise<string[]>;
  readonly #places: Remembered<Place>;

  constructor(store: Store, served: ServedImages, stacks: () => Promise<string[]>, clock?: Clock) {
    this.#places = new Remembered({ max: rememberedPlaces }, clock);
    this.#store = store;
    this.#served = served;
    this.#stacks = stacks;
  }

  /** A config that is at hand: who pulls an image asks for it a moment after its manifest. */
  known(repository: Repository, digest: Digest): Buffer | undefined {
    const served = this.#served.known(imagesOf(repository), digest);
    return isConfigOf(served, repository.stack) ? served.bytes : undefined;
  }

  async find(repository: Repository, digest: Digest): Promise<Blob | undefined> {
    const atHand = this.known(repository, digest);
    if (atHand !== undefined) return { size: atHand.length, bytes: atHand };
    const place = await this.#places.get(`${repository.name} ${digest}`, () =>
      this.#look(repository, digest),
    );
    if (place === undefined) return undefined;
    if ('object' in place) return { size: place.size, object: place.object };
    const config = await this.#served.get(place.configsIn, digest);
    return config === undefined ? undefined : { size: config.bytes.length, bytes: config.bytes };
  }

  async #look(repository: Repository, digest: Digest): Promise<Place | undefined> {
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
  ): Promise<Place | undefined> {
    if (!(await this.#served.any(imagesOfGuid(repository.guid)))) return undefined;
    const stacks = repository.stack === undefined ? await this.#stacks() : [repository.stack];
    for (const stack of stacks) {
      const layer = await this.#layer(rootfsLayerKey(stack, hex));
      if (layer !== undefined) return layer;
    }
    return undefined;
  }

  async #config(folder: string, digest: Digest, stack: string | undefined): Promise<Place | undefined> {
    const served = await this.#served.get(folder, digest);
    return isConfigOf(served, stack) ? { configsIn: folder } : undefined;
  }

  async #layer(key: string): Promise<LayerPointer | undefined> {
    return readRecord(this.#store, key, layerPointer);
  }
}

/** @param stack that of the repository, where it names one */
function isConfigOf(served: Served | undefined, stack: string | undefined): served is Served {
  if (served?.kind !== 'config') return false;
  return stack === undefined || stack === served.origin.rootfs.stack;
}
