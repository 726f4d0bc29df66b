import type { ReadableStore } from '../store/store.ts';
import { inParallel } from './in-parallel.ts';

type Known<T> = { etag: string; value: T };
type Records<T> = ReadonlyMap<string, { readonly value: T }>;

/** A fleet's records are many, and whoever pulls meanwhile shall not wait for them. */
const readsAtOnce = 4;

/**
 * All records below a folder, as they are when somebody asks. One is read when a list first tells of it, and again when its etag has
 * changed, so that a look costs a list and what came since the last one. Whoever asks during a look shares the next one with all who do:
 * the one under way may have missed what its asker knows of.
 */
export class ListedRecords<T> {
  readonly #store: ReadableStore;
  readonly #folder: string;
  readonly #read: (key: string) => Promise<T | undefined>;
  #known: ReadonlyMap<string, Known<T>> = new Map();
  #running: Promise<unknown> = Promise.resolve();
  #next: Promise<Records<T>> | undefined;

  /** @param read gives what is to be kept of a record; undefined where it is gone meanwhile */
  constructor(store: ReadableStore, folder: string, read: (key: string) => Promise<T | undefined>) {
    this.#store = store;
    this.#folder = folder;
    this.#read = read;
  }

  /** By key. @throws what the store throws */
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
    const changed: { key: string; etag: string }[] = [];
    for await (const { key, etag } of this.#store.list(this.#folder)) {
      const known = this.#known.get(key);
      if (known?.etag === etag) found.set(key, known);
      else changed.push({ key, etag });
    }
    const read = async ({ key, etag }: { key: string; etag: string }) => ({
      key,
      etag,
      value: await this.#read(key),
    });
    for await (const { key, etag, value } of inParallel(changed, readsAtOnce, read))
      if (value !== undefined) found.set(key, { etag, value });
    this.#known = found;
    return found;
  }
}
