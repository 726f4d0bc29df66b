import { LRUCache } from 'lru-cache';

/** Some 100 bytes each. */
const rememberedObjects = 100_000;

/**
 * Which objects this process has sent whole and found right: a later read of them is not hashed again. A cache before the
 * store checks what it keeps by itself.
 */
export class Proven {
  readonly #objects = new LRUCache<string, true>({ max: rememberedObjects });
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

  damaged(object: string): void {
    this.#objects.delete(object);
    this.#onDamage(object);
  }
}
