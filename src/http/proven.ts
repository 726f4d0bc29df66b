import { LRUCache } from 'lru-cache';
import { ownBytes } from '../store/own-bytes.ts';

/** Some 100 bytes each. */
const rememberedObjects = 100_000;

/** bytes of little objects that are kept: launchers, and what many nodes pull in the same minute */
const keptBytes = 32 * 1024 * 1024;

/**
 * Which objects this process has sent whole and found right: a later read of them is not hashed again, where they lie on a disk
 * of this machine. What comes from elsewhere may change on each way, and is hashed each time, by the cache or by whoever sends it.
 */
export class Proven {
  readonly #objects = new LRUCache<string, true>({ max: rememberedObjects });
  readonly #kept = new LRUCache<string, Buffer>({
    maxSize: keptBytes,
    sizeCalculation: ({ length }) => length + 256,
  });
  readonly #onDamage: (object: string) => void;

  /** @param onDamage is told of an object that has other bytes than its digest says */
  constructor(onDamage: (object: string) => void) {
    this.#onDamage = onDamage;
  }

  has(object: string): boolean {
    return this.#objects.has(object);
  }

  add(object: string): void {
    this.#objects.set(object, true);
  }

  /** All bytes of an object that was found right, where it is a little one that was asked for lately. */
  bytes(object: string): Buffer | undefined {
    return this.#kept.get(object);
  }

  keep(object: string, bytes: Buffer): void {
    this.#kept.set(object, ownBytes(bytes));
  }

  damaged(object: string): void {
    this.#objects.delete(object);
    this.#onDamage(object);
  }
}
