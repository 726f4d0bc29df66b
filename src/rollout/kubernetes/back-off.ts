/** Waits that double, each between half and the whole of its length, so that those who failed together do not return together. */
export class BackOff {
  readonly #first: number;
  readonly #longest: number;
  #next: number;

  /** @param first and `longest`: milliseconds */
  constructor(first: number, longest: number) {
    this.#first = first;
    this.#longest = longest;
    this.#next = first;
  }

  /** Milliseconds to wait this time. */
  next(): number {
    const wait = this.#next * (0.5 + Math.random() / 2);
    this.#next = Math.min(this.#next * 2, this.#longest);
    return wait;
  }

  /** Begins again with the first: something went well. */
  reset(): void {
    this.#next = this.#first;
  }
}
