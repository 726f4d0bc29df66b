/** What is begun in one turn of the event loop: some milliseconds of work, where all of it is to be done at once. */
const perTurn = 48;

/**
 * Spreads bursts over turns of the event loop: hundreds of clients that ask in one moment, or that waited for the same
 * conversion, would else keep everybody waiting until the last of them has its answer. Whoever comes alone does not wait,
 * and nobody waits for the burst of another.
 */
export class Turns {
  /** what each client waits for, oldest first; the clients in the order of their turns */
  readonly #waiting = new Map<string, (() => void)[]>();
  #left = perTurn;

  /** Begins the work in this turn or in a later one: clients in turn, that of one in order of arrival. */
  run(work: () => void, client: string): void {
    if (this.#left === perTurn) this.#renewLater();
    if (this.#left > 0 && this.#waiting.size === 0) this.#begin(work);
    else this.#lineUp(work, client);
  }

  /** Resolves in this turn or in a later one. */
  async next(client: string): Promise<void> {
    return new Promise((resolve) => {
      this.run(resolve, client);
    });
  }

  #begin(work: () => void): void {
    this.#left--;
    work();
  }

  #lineUp(work: () => void, client: string): void {
    const lane = this.#waiting.get(client);
    if (lane === undefined) this.#waiting.set(client, [work]);
    else lane.push(work);
  }

  #take(): (() => void) | undefined {
    for (const [client, lane] of this.#waiting) {
      const work = lane.shift();
      // To the end of the round.
      this.#waiting.delete(client);
      if (lane.length > 0) this.#waiting.set(client, lane);
      return work;
    }
    return undefined;
  }

  #renewLater(): void {
    setImmediate(() => {
      this.#left = perTurn;
      if (this.#waiting.size === 0) return;
      this.#renewLater();
      while (this.#left > 0) {
        const next = this.#take();
        if (next === undefined) return;
        this.#begin(next);
      }
    });
  }
}
