import { LRUCache } from 'lru-cache';
import { isFailure } from '../errors.ts';
import { believedFor } from './lifetime.ts';

/** How much is remembered: a number of values, or of bytes. */
export type Bounds<V> = { max: number } | { maxSize: number; sizeCalculation: (value: V) => number };

/** Milliseconds from any beginning. */
export type Clock = () => number;

export const monotonic: Clock = () => performance.now();

/**
 * Values of the store that never change but may be collected some day. Each is believed for `believedFor`, and then read again;
 * while the store is away, the last known one is given.
 */
export class Remembered<V extends object> {
  readonly #values: LRUCache<string, V>;

  constructor(bounds: Bounds<V>, clock = monotonic) {
    this.#values = new LRUCache<string, V>({ ...bounds, ...believing(clock) });
  }

  /** The value that is believed at this moment. */
  known(key: string): V | undefined {
    return this.#values.get(key);
  }

  async get(key: string, read: () => Promise<V | undefined>): Promise<V | undefined> {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    try {
      const value = await read();
      if (value === undefined) this.#values.delete(key);
      else this.#values.set(key, value);
      return value;
    } catch (error) {
      const last = isFailure(error, 'unavailable') ? this.#values.get(key, { allowStale: true }) : undefined;
      if (last === undefined) throw error;
      return last;
    }
  }

  /** @param seenAt when the store was seen to have it, if not now */
  set(key: string, value: V, seenAt?: number): void {
    this.#values.set(key, value, seenAt === undefined ? {} : { start: seenAt });
  }
}

/** Of a cache of what may be collected some day. */
export function believing(clock = monotonic): {
  ttl: number;
  ttlResolution: number;
  noDeleteOnStaleGet: true;
  perf: { now: Clock };
} {
  return { ttl: believedFor, ttlResolution: 0, noDeleteOnStaleGet: true, perf: { now: clock } };
}
