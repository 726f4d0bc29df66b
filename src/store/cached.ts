import { pipeline, type Readable } from 'node:stream';
import { Failure } from '../errors.ts';
import { CacheDirectory } from './cached/cache-directory.ts';
import { CheckedRest } from './cached/checked-rest.ts';
import { CachedBody, type BodySource } from './cached/cached-body.ts';
import { Copies } from './cached/copies.ts';
import { newCounters, type Counters } from './cached/counters.ts';
import type { ByteRange, Condition, ObjectInfo, OpenObject, Store } from './store.ts';
import { objectsFolder } from './objects.ts';

export type CacheOptions = {
  /** a directory on this machine, for this process alone */
  directory: string;
  /** of all files below it, in whole pages, also those that grow and those that are removed but still read */
  maxBytes: number;
  /** Which keys are cached: only such whose bytes never change. `v1/objects/` without it. */
  caches?: (key: string) => boolean;
  /** for how long nothing is filled after the disk failed: milliseconds; 10,000 without it */
  pause?: number;
  /** is told why the disk failed; readers do not notice */
  onFault?: (error: unknown) => void;
};

/**
 * A remote store with a bounded directory of copies before it, for objects that never change under their key; all else
 * passes through. A copy is enough to answer, so that what is cached stays up while the store is away.
 *
 * - **One fill.** The first open of an object that is not here downloads the whole of it into a growing file, from which
 *   everybody reads, each at its own pace. A range that begins far beyond what is there is read from the store in passing. A fill
 *   that nobody reads any more goes on when half is there.
 * - **Never wrong.** A file gets its name when it is whole. Each of its blocks has a checksum and is checked whenever it is
 *   read; in place of a damaged one, and of all after it, the reader gets the store's bytes, and the file goes.
 * - **Never short.** A body ends after all of its bytes or fails. A fill that fails fails its readers.
 * - **Never more than `maxBytes`.** Room is reserved before the first byte; what was not used for longest goes, but nothing
 *   that is read. Where there is no room, or the disk fails, bytes are streamed from the store, also from the middle on.
 */
export class CachedStore implements Store {
  readonly counters: Readonly<Counters>;
  readonly #remote: Store;
  readonly #caches: (key: string) => boolean;
  readonly #directory: CacheDirectory;
  readonly #copies: Copies;
  readonly #counters: Counters;

  /**
   * Opens a cache, with what a process left there before.
   * @throws Failure `conflict` where another process has the directory; `unavailable` or `no-space` where its disk fails
   */
  static async open(remote: Store, options: CacheOptions): Promise<CachedStore> {
    const counters = newCounters();
    const directory = await CacheDirectory.open(options.directory, options.maxBytes, () => {
      counters.evictions++;
    });
    return new CachedStore(remote, options, directory, counters);
  }

  private constructor(remote: Store, options: CacheOptions, directory: CacheDirectory, counters: Counters) {
    const { caches, pause = 10_000, onFault = () => undefined } = options;
    this.counters = counters;
    this.#counters = counters;
    this.#remote = remote;
    this.#caches = caches ?? ((key) => key.startsWith(objectsFolder));
    this.#directory = directory;
    this.#copies = new Copies({ directory, remote, counters, pause, onFault });
  }

  /** bytes that the cache takes on the disk, or has reserved for what it is filling */
  get bytes(): number {
    return this.#directory.room.bytes;
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    if (!this.#caches(key)) return this.#remote.stat(key);
    const use = await this.#copies.use(key, 0);
    if (use.from !== 'copy') return this.#remote.stat(key);
    use.release();
    return use.copy.info;
  }

  /**
   * @param sha256 of the whole object in hex: what is filled is checked by it, and a body from a copy is right. To be
   *   given at each open of a key, or at none
   */
  async open(key: string, range?: ByteRange, sha256?: string): Promise<OpenObject | undefined> {
    if (!this.#caches(key)) return this.#remote.open(key, range);
    const { start = 0, end } = range ?? {};
    const use = await this.#copies.use(key, start, { sha256 });
    if (use.from === 'nowhere') return undefined;
    if (use.from === 'copy') {
      const object = this.#object(use.copy.info, range, { copy: use }, sha256);
      return { ...object, isRight: sha256 !== undefined, wasCached: use.wasThere };
    }
    if (use.opened !== undefined) {
      if (start === 0 && end === undefined)
        return this.#object(use.opened.info, range, { rest: use.opened.body });
      use.opened.body.destroy();
    }
    const object = await this.#remote.open(key, range);
    return object && this.#object(object.info, range, { rest: object.body });
  }

  list(prefix: string): AsyncIterable<ObjectInfo> {
    return this.#remote.list(prefix);
  }

  folders(prefix: string): AsyncIterable<string> {
    return this.#remote.folders(prefix);
  }

  async put(
    key: string,
    body: Uint8Array | Readable,
    condition?: Condition,
  ): Promise<ObjectInfo | undefined> {
    try {
      return await this.#remote.put(key, body, condition);
    } finally {
      if (this.#caches(key)) await this.forget(key);
    }
  }

  async remove(key: string): Promise<void> {
    await this.#remote.remove(key);
    if (this.#caches(key)) await this.forget(key);
  }

  /** Drops the copy of an object, which is then read from the store again. */
  async forget(key: string): Promise<void> {
    await this.#copies.drop(key);
  }

  /** Stops what is being filled, whose readers fail, and lets another process have the directory. */
  async close(): Promise<void> {
    await this.#copies.close();
    this.#directory.close();
  }

  #object(
    info: ObjectInfo,
    range: ByteRange | undefined,
    from: Pick<BodySource, 'copy' | 'rest'>,
    sha256?: string,
  ): OpenObject {
    const { key, size } = info;
    const end = Math.min(size, (range?.end ?? size) + 1);
    const start = Math.min(end, range?.start ?? 0);
    const openRest = async (at: number): Promise<Readable> => {
      // The whole once more where all of it must be right: that is seldom, and a range by itself cannot be checked.
      const skips =
        sha256 !== undefined && start === 0 && end === size ? new CheckedRest(key, at, sha256) : undefined;
      const rest = await this.#remote.open(
        key,
        skips === undefined ? { start: at, end: end - 1 } : undefined,
      );
      if (rest?.info.size === size)
        return skips === undefined ? rest.body : pipeline(rest.body, skips, () => {});
      rest?.body.destroy();
      const how = rest === undefined ? 'it is gone' : `it has ${rest.info.size} bytes`;
      throw new Failure('corrupt', `Cannot read ${key} of ${size} bytes on in the store: ${how}`);
    };
    const counters = this.#counters;
    return { info, body: new CachedBody({ key, start, end, ...from, openRest, counters }) };
  }
}
