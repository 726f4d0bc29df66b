import { setImmediate } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Call, MemoryStore } from '../helpers/memory-store.ts';

/** Numbers that follow from a seed alone (mulberry32). */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** from 0 to 1, without 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  is(probability: number): boolean {
    return this.next() < probability;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}

type Pending = { process: Process; call: Call; go: () => void };

/** Who works on a store; a dead one's calls are never carried out, nor answered. */
export type Process = { store: MemoryStore; isDead: boolean };

/** Lets the calls of many processes to one store take effect one by one, in an order by chance. */
export class Stepper {
  readonly #base: MemoryStore;
  readonly #chance: Chance;
  #pending: Pending[] = [];
  /** bodies that are on their way into the store */
  #busy = 0;
  isFree = false;

  constructor(base: MemoryStore, chance: Chance) {
    this.#base = base;
    this.#chance = chance;
  }

  /** @param passes how many of the calls need no step of their own */
  process(passes: number): Process {
    const before = async (call: Call): Promise<void> => {
      if (process.isDead) return new Promise(() => undefined);
      if (this.isFree || this.#chance.is(passes)) return undefined;
      return new Promise((resolve) => {
        this.#pending.push({ process, call, go: resolve });
      });
    };
    const store = this.#base.view(before);
    const process: Process = { store, isDead: false };
    const put = store.put.bind(store);
    store.put = async (key, body, condition) => {
      if (!(body instanceof Readable)) return put(key, body, condition);
      this.#busy++;
      const bytes = await buffer(body).finally(() => this.#busy--);
      return put(key, bytes, condition);
    };
    return process;
  }

  kill(process: Process): void {
    process.isDead = true;
    this.#pending = this.#pending.filter((item) => item.process !== process);
  }

  /** Whether a call waits for which `fits` holds. */
  waits(fits: (call: Call) => boolean): boolean {
    return this.#pending.some(({ call }) => fits(call));
  }

  /** Lets one call take effect, and everything that follows from it up to the next calls. */
  async step(): Promise<boolean> {
    if (this.#pending.length === 0) await this.settle();
    if (this.#pending.length === 0) return false;
    const [item] = this.#pending.splice(this.#chance.below(this.#pending.length), 1);
    item?.go();
    await this.settle();
    return true;
  }

  async settle(): Promise<void> {
    let quiet = 0;
    while (quiet < 2) {
      await setImmediate();
      quiet = this.#busy > 0 ? 0 : quiet + 1;
    }
  }
}
