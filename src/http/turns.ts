/** What is begun in one turn of the event loop: some milliseconds of work, where all of it is to be done at once. */
const perTurn = 24;

/**
 * Spreads bursts over turns of the event loop: hundreds of clients that ask in one moment, or that waited for the same
 * conversion, would else keep everybody waiting until the last of them has its answer. Whoever comes alone does not wait.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #left = perTurn;

  /** Begins the work in this turn or in a later one, in order of arrival. */
  run(work: () => void): void {
    if (this.#left === perTurn) this.#renewLater();
    if (this.#left > 0 && this.#waiting.length === 0) this.#begin(work);
    else this.#waiting.push(work);
  }

  /** Resolves in this turn or in a later one. */
  async next(): Promise<void> {
    return new Promise((resolve) => {
      this.run(resolve);
    });
  }

  #begin(work: (() => void) | undefined): void {
    this.#left--;
    work?.();
  }

  #renewLater(): void {
    setImmediate(() => {
      this.#left = perTurn;
      if (this.#waiting.length === 0) return;
      this.#renewLater();
      while (this.#left > 0 && this.#waiting.length > 0) this.#begin(this.#waiting.shift());
    });
  }
}
