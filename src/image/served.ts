import { LRUCache } from 'lru-cache';
import { hexOf, sha256, type Digest } from '../oci/digest.ts';
import { mediaType } from '../oci/media-type.ts';
import type { Repository } from '../oci/reference.ts';
import { Failure } from '../errors.ts';
import { ownBytes } from '../store/own-bytes.ts';
import { readWhole } from '../store/read-whole.ts';
import { believing, monotonic, Remembered, type Clock } from '../store/remembered.ts';
import type { Store } from '../store/store.ts';
import type { Content, Image } from './assemble.ts';
import { readOrigin, type Origin } from './labels.ts';

/** A manifest or config that was served, and what it says it is made of. */
export type Served = Content & { kind: 'manifest' | 'config'; origin: Origin };

/** bytes of manifests and configs kept in memory */
const rememberedBytes = 64 * 1024 * 1024;

/** Of images that are known to be kept, a large foundation's all; some 300 bytes each. */
const rememberedKeys = 50_000;

/**
 * Manifests and configs that were served, by guid and digest: what was served once stays resolvable until droplet or rootfs
 * are collected.
 */
export class ServedImages {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #contents: Remembered<Served>;
  /** By the manifest's key: when its image was seen to be there. */
  readonly #kept: LRUCache<string, { at: number }>;

  constructor(store: Store, clock: Clock = monotonic) {
    this.#store = store;
    this.#clock = clock;
    this.#kept = new LRUCache({ max: rememberedKeys, ...believing(clock) });
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
      return object === undefined ? undefined : describe(key, digest, ownBytes(object.bytes));
    });
  }

  /**
   * Keeps an image; to be done before its manifest is first answered. The config goes first, and is collected last: where the
   * manifest is, its config is too.
   */
  async keep(folder: string, { config, manifest, origin }: Image): Promise<void> {
    const [configKey, manifestKey] = [folder + hexOf(config.digest), folder + hexOf(manifest.digest)];
    let seen = this.#kept.get(manifestKey);
    if (seen === undefined) {
      seen = { at: this.#clock() };
      if ((await this.#store.stat(manifestKey)) === undefined) {
        await this.#store.put(configKey, config.bytes, 'absent');
        await this.#store.put(manifestKey, manifest.bytes, 'absent');
      }
      this.#kept.set(manifestKey, seen);
    }
    this.#contents.set(configKey, { ...config, kind: 'config', origin }, seen.at);
    this.#contents.set(manifestKey, { ...manifest, kind: 'manifest', origin }, seen.at);
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
