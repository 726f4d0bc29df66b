import type { ObjectInfo, ReadableStore } from '../store/store.ts';
import { inParallel } from './in-parallel.ts';

type Known<T> = { etag: string; value: T };
type Read<T> = { value: T | undefined; info: Pick<ObjectInfo, 'etag'> };
type Records<T> = ReadonlyMap<string, { readonly value: T }>;

/** A fleet's records are many, and whoever pulls meanwhile shall not wait for them. */
const readsAtOnce = 4;

/**
 * All records below a folder, as they are when somebody asks. One is read when a list first tells of it, and again when its etag has
 * changed, so that a look costs a list and what came since the last one, also where that failed. Whoever asks during a look shares the
 * next one with all who do: the one under way may have missed what its asker knows of.
 */
export class ListedRecords<T> {
  readonly #store: ReadableStore;
  readonly #folder: string;
  readonly #read: (key: string) => Promise<Read<T> | undefined>;
  #known: ReadonlyMap<string, Known<T>> = new Map();
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Records<T>> | undefined;

  /** @param read gives what is to be kept of a record, and the etag of the bytes that say so; undefined where it is gone meanwhile */
  constructor(store: ReadableStore, folder: string, read: (key: string) => Promise<Read<T> | undefined>) {
    this.#store = store;
    this.#folder = folder;
    this.#read = read;
  }

  /** By key. @throws what the store throws, and what reading a record does */
  async all(): Promise<Records<T>> {
    return (this.#next ??= this.#afterwards());
  }

  async #afterwards(): Promise<Records<T>> {
    await this.#running;
    this.#next = undefined;
    const look = this.#look();
    this.#running = look.catch(() => undefined);
    return look;
  }

  async #look(): Promise<Records<T>> {
    const found = new Map<string, Known<T>>();
    const changed: string[] = [];
    for await (const { key, etag } of this.#store.list(this.#folder)) {
      const known = this.#known.get(key);
      if (known?.etag === etag) found.set(key, known);
      else changed.push(key);
    }
    // Under the etag of what was read: the one that was listed may be that of what comes back later.
    const read = async (key: string): Promise<void> => {
      const { value, info } = (await this.#read(key)) ?? {};
      if (value !== undefined && info !== undefined) found.set(key, { etag: info.etag, value });
    };
    try {
      for await (const _ of inParallel(changed, readsAtOnce, read));
    } finally {
      this.#known = found;
    }
    return found;
  }
}
