/** An answer is believed for so many times as long as it took, within bounds: the first one may have read what later ones know. */
const times = 20;
const [leastMs, mostMs] = [10_000, 600_000];

/** Gives an answer that costs much: the same to all who ask while it is being made, and for some time after. */
export class Kept<T> {
  readonly #make: () => Promise<T>;
  readonly #clock: () => number;
  #last: Promise<T> | undefined;
  #until = Infinity;

  /** @param clock milliseconds from any beginning */
  constructor(make: () => Promise<T>, clock: () => number = () => performance.now()) {
    this.#make = make;
    this.#clock = clock;
  }

  /** @throws what making it throws; then it is made anew for who asks next */
  async get(): Promise<T> {
    if (this.#last === undefined || this.#clock() >= this.#until) this.#last = this.#begin();
    return this.#last;
  }

  async #begin(): Promise<T> {
    const start = this.#clock();
    this.#until = Infinity;
    try {
      const made = await this.#make();
      const end = this.#clock();
      this.#until = end + Math.min(mostMs, Math.max(leastMs, times * (end - start)));
      return made;
    } catch (error) {
      this.#last = undefined;
      throw error;
    }
  }
}
