import { hexOf, sha256, type Digest } from '../oci/digest.ts';
import { mediaType } from '../oci/media-type.ts';
import type { Repository } from '../oci/reference.ts';
import { Failure } from '../errors.ts';
import { readWhole } from '../store/read-whole.ts';
import { Remembered, type Clock } from '../store/remembered.ts';
import type { Store } from '../store/store.ts';
import type { Content, Image } from './assemble.ts';
import { readOrigin, type Origin } from './labels.ts';

/** A manifest or config that was served, and what it says it is made of. */
export type Served = Content & { kind: 'manifest' | 'config'; origin: Origin };

/** bytes of manifests and configs kept in memory */
const rememberedBytes = 64 * 1024 * 1024;

/**
 * Manifests and configs that were served, by guid and digest: what was served once stays resolvable until droplet or rootfs
 * are collected.
 */
export class ServedImages {
  readonly #store: Store;
  readonly #contents: Remembered<Served>;

  constructor(store: Store, clock?: Clock) {
    this.#store = store;
    this.#contents = new Remembered(
      { maxSize: rememberedBytes, sizeCalculation: ({ bytes }) => bytes.length + 1024 },
      clock,
    );
  }

  /** What `get` would give, where that needs no look at the store. */
  known(folder: string, digest: Digest): Served | undefined {
    return this.#contents.known(folder + hexOf(digest));
  }

  /** Under `folder` (`imagesOf(…)`), the content with this digest, of which nothing is known but the name. */
  async get(folder: string, digest: Digest): Promise<Served | undefined> {
    const key = folder + hexOf(digest);
    return this.#contents.get(key, async () => {
      const object = await readWhole(this.#store, key);
      return object === undefined ? undefined : describe(key, digest, object.bytes);
    });
  }

  /** Keeps an image; to be done before its manifest is first answered. The config goes first: it is named. */
  async keep(folder: string, image: Image): Promise<void> {
    for (const { digest, bytes } of [image.config, image.manifest]) {
      const key = folder + hexOf(digest);
      if (this.#contents.known(key) !== undefined) continue;
      if ((await this.#store.stat(key)) === undefined) await this.#store.put(key, bytes, 'absent');
      this.#contents.set(key, describe(key, digest, bytes));
    }
  }

  /** Whether anything was ever served under `folder`. */
  async any(folder: string): Promise<boolean> {
    for await (const _ of this.#store.list(folder)) return true;
    return false;
  }
}

/** Where the manifests and configs of a repository are kept. */
export function imagesOf(repository: Repository): string {
  return repository.kind === 'rootfs' ? imagesOfStack(repository.stack) : imagesOfGuid(repository.guid);
}

/** Where the manifests and configs of a guid's droplets are kept. */
export function imagesOfGuid(guid: string): string {
  return `v1/images/${guid}/`;
}

/** Where those of a stack's bare rootfs images are kept. */
export function imagesOfStack(stack: string): string {
  return `v1/rootfs-images/${stack}/`;
}

function describe(key: string, digest: Digest, bytes: Buffer): Served {
  const found = sha256(bytes) === digest ? readOrigin(bytes) : undefined;
  if (found === undefined) {
    throw new Failure('corrupt', `The stored ${key} is damaged: remove it, and pull the tag again`);
  }
  return {
    ...found,
    mediaType: found.kind === 'manifest' ? mediaType.manifest : mediaType.config,
    digest,
    bytes,
  };
}
