import { LRUCache } from 'lru-cache';
import type { ReadableStore } from '../store/store.ts';

/** What can change is looked at again after so long: with the reading itself, a change is seen well within a second. */
const freshFor = 500;

type Known<T> = { etag: string | undefined; value: T };

/**
 * Values of the store, at most half a second old. A value is read again only when its etag has changed: a stack's record may
 * hold a placement for every app. While the store is down, the last known value is given.
 */
export class Fresh<T> {
  readonly #read: (name: string) => Promise<T>;
  readonly #cache: LRUCache<string, Known<T>>;

  /** @param keyOf the key of the object that decides the value of a name */
  constructor(
    store: ReadableStore,
    max: number,
    keyOf: (name: string) => string,
    read: (name: string) => Promise<T>,
  ) {
    this.#read = read;
    this.#cache = new LRUCache<string, Known<T>>({
      max,
      ttl: freshFor,
      ttlResolution: 0,
      allowStaleOnFetchRejection: true,
      noDeleteOnFetchRejection: true,
      fetchMethod: async (name, stale) => {
        const etag = (await store.stat(keyOf(name)))?.etag;
        return stale !== undefined && stale.etag === etag ? stale : { etag, value: await read(name) };
      },
    });
  }

  async get(name: string): Promise<T> {
    const known = await this.#cache.fetch(name);
    // Forgotten, or pushed out, while it was being read: then nobody keeps it, and it is read once more.
    return known === undefined ? this.#read(name) : known.value;
  }

  /** After a change of our own: the next look reads the store. */
  forget(name: string): void {
    this.#cache.delete(name);
  }
}
