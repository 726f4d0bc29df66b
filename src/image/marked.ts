import { LRUCache } from 'lru-cache';
import { isFailure } from '../errors.ts';
import { believedFor } from '../store/lifetime.ts';
import type { Clock } from '../store/remembered.ts';
import type { Fresh } from './fresh.ts';

/** `mark`: what the mark was before the value was read. */
type Known<T> = { value: T; mark: string; until: number };

/**
 * Many values that seldom change, and whose writers then change one mark: while that is the same, all of them are. So a whole
 * fleet's pulls cost one look at the store each half second, and not one a pull. A writer that died before it came to the mark
 * is seen when a value has been believed for `believedFor`. While the store is away, the last known value is given.
 */
export class Marked<T extends object> {
  readonly #mark: Fresh<string>;
  readonly #read: (name: string) => Promise<T>;
  readonly #clock: Clock;
  readonly #values: LRUCache<string, Known<T>>;
  readonly #reads = new Map<string, Promise<T>>();

  constructor(
    mark: Fresh<string>,
    max: number,
    read: (name: string) => Promise<T>,
    clock: Clock = () => performance.now(),
  ) {
    this.#mark = mark;
    this.#read = read;
    this.#clock = clock;
    this.#values = new LRUCache<string, Known<T>>({ max });
  }

  /** The value that is believed at this moment. */
  known(name: string): T | undefined {
    const mark = this.#mark.known('');
    return mark === undefined ? undefined : this.#believed(name, mark);
  }

  async get(name: string): Promise<T> {
    const mark = await this.#mark.get('');
    return this.#believed(name, mark) ?? this.#reads.get(`${mark} ${name}`) ?? this.#look(name, mark);
  }

  /** After a change of our own: the next look reads the store. */
  forget(name: string): void {
    this.#values.delete(name);
    this.#mark.forget('');
  }

  #believed(name: string, mark: string): T | undefined {
    const known = this.#values.get(name);
    return known?.mark === mark && this.#clock() < known.until ? known.value : undefined;
  }

  /** One for all who ask meanwhile. */
  async #look(name: string, mark: string): Promise<T> {
    const key = `${mark} ${name}`;
    const reading = this.#renew(name, mark).finally(() => this.#reads.delete(key));
    this.#reads.set(key, reading);
    return reading;
  }

  async #renew(name: string, mark: string): Promise<T> {
    const last = this.#values.get(name);
    const until = this.#clock() + believedFor;
    try {
      const value = await this.#read(name);
      this.#values.set(name, { value, mark, until });
      return value;
    } catch (error) {
      if (last === undefined || !isFailure(error, 'unavailable')) throw error;
      return last.value;
    }
  }
}
