import { LRUCache } from 'lru-cache';
import type { Clock } from '../store/remembered.ts';
import type { ReadableStore } from '../store/store.ts';

/** What can change is looked at again after so long: a change is seen well within a second, unless one read takes longer. */
const freshFor = 500;
/** A store that has said nothing for so long is away, as far as those are concerned for whom the last known will do. */
const patience = 2_000;

type Known<T> = { etag: string | undefined; value: T; until: number };

/** A look at the store; `late` resolves when it has taken too long. */
type Look<T> = { known: Promise<Known<T>>; late: Promise<void> };

/**
 * Values of the store, at most half a second old, or as old as the time that reading them took. A value is read again only when its etag has changed: a stack's record may
 * hold a placement for every app. While the store is away, or says nothing, the last known value is given.
 */
export class Fresh<T> {
  readonly #store: ReadableStore;
  readonly #keyOf: (name: string) => string;
  readonly #read: (name: string) => Promise<T>;
  readonly #clock: Clock;
  readonly #known: LRUCache<string, Known<T>>;
  readonly #looks = new Map<string, Look<T>>();

  /** @param keyOf the key of the object that decides the value of a name */
  constructor(
    store: ReadableStore,
    max: number,
    keyOf: (name: string) => string,
    read: (name: string) => Promise<T>,
    clock: Clock = () => performance.now(),
  ) {
    this.#store = store;
    this.#keyOf = keyOf;
    this.#read = read;
    this.#clock = clock;
    this.#known = new LRUCache<string, Known<T>>({ max });
  }

  /** The value that is believed at this moment. */
  known(name: string): T | undefined {
    const last = this.#known.get(name);
    return last !== undefined && this.#clock() < last.until ? last.value : undefined;
  }

  async get(name: string): Promise<T> {
    const last = this.#known.get(name);
    if (last !== undefined && this.#clock() < last.until) return last.value;
    const { known, late } = this.#looks.get(name) ?? this.#look(name, last);
    if (last === undefined) return (await known).value;
    return (await Promise.race([known, late.then(() => last)])).value;
  }

  /** After a change of our own: the next look reads the store. */
  forget(name: string): void {
    this.#known.delete(name);
    this.#looks.delete(name);
  }

  /** One for all who ask meanwhile. What it finds is kept, also when it comes late, unless the name was forgotten. */
  #look(name: string, last: Known<T> | undefined): Look<T> {
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, patience);
    const asked = this.#clock();
    const known = this.#renew(name, last)
      // What is found was so when it was asked for, and may have changed since.
      .then((found) => ({ ...found, until: asked + freshFor }))
      .catch((error: unknown) => {
        if (last === undefined) throw error;
        // A store that is away is not asked by each request.
        return { ...last, until: this.#clock() + freshFor };
      })
      .then((found) => {
        if (this.#looks.get(name) === look) this.#known.set(name, found);
        return found;
      })
      .finally(() => {
        clearTimeout(timer);
        if (this.#looks.get(name) === look) this.#looks.delete(name);
      });
    const look = { known, late };
    this.#looks.set(name, look);
    return look;
  }

  async #renew(name: string, last: Known<T> | undefined): Promise<Omit<Known<T>, 'until'>> {
    const etag = (await this.#store.stat(this.#keyOf(name)))?.etag;
    return last !== undefined && last.etag === etag ? last : { etag, value: await this.#read(name) };
  }
}
