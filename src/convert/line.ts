import { Failure } from '../errors.ts';
import { FairQueue, type Asker, type Bounds, type Urgency } from './queue.ts';

export type LineOptions = {
  /** that may be inside at once */
  size: number;
  /** that may wait for it */
  waiting: Bounds;
  /** milliseconds for which whoever finds no room waits for some */
  roomMs: number;
};

type Turn = PromiseWithResolvers<void>;
type Outside = { key: string; turn: Turn; askers: Asker[]; timer: NodeJS.Timeout };

/**
 * Lets so many in at once; the others wait in a fair queue. Where that is full, they wait outside for some time: who is
 * told at once to come back has used up all tries within a moment.
 */
export class Line {
  readonly #options: LineOptions;
  readonly #queue: FairQueue<Turn>;
  readonly #outside = new Map<string, Outside>();
  #inside = 0;
  #closed: Failure | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#queue = new FairQueue(options.waiting);
  }

  /** in the queue, not outside of it */
  get waiting(): Record<Urgency, number> {
    return this.#queue.sizes;
  }

  /**
   * Resolves when it is the turn of `key`, which is not in the line yet. Who was let in must `leave`.
   * @throws Failure `busy` when there was no room; what `close` was given
   */
  async enter(key: string, askers: Iterable<Asker>): Promise<void> {
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#inside < this.#options.size) {
      this.#inside++;
      return;
    }
    const turn: Turn = Promise.withResolvers();
    const wanted = [...askers];
    if (!this.#lineUp(key, turn, wanted)) this.#waitOutside(key, turn, wanted);
    await turn.promise;
  }

  /** Somebody else wants what may wait here. */
  join(key: string, asker: Asker): void {
    const outside = this.#outside.get(key);
    if (outside === undefined) {
      this.#queue.join(key, asker);
    } else {
      outside.askers.push(asker);
      this.#letIn();
    }
  }

  /** Whoever was let in is through. */
  leave(): void {
    this.#inside--;
    while (this.#inside < this.#options.size) {
      const next = this.#queue.take();
      if (next === undefined) return;
      this.#inside++;
      next.item.resolve();
      this.#letIn();
    }
  }

  /** Nobody is let in any more, and who waits is told `why`. */
  close(why: Failure): void {
    this.#closed = why;
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) next.item.reject(why);
    for (const { key, turn } of this.#outside.values()) {
      this.#forget(key);
      turn.reject(why);
    }
  }

  #lineUp(key: string, turn: Turn, askers: readonly Asker[]): boolean {
    return askers.map((asker) => this.#queue.add(key, turn, asker)).includes(true);
  }

  #waitOutside(key: string, turn: Turn, askers: Asker[]): void {
    const { waiting, roomMs } = this.#options;
    const clients = new Set(askers.map(({ client }) => client));
    const others = [...this.#outside.values()].filter((known) =>
      known.askers.some(({ client }) => clients.has(client)),
    );
    if (this.#outside.size >= waiting.total || others.length >= waiting.perClient) {
      turn.reject(this.#full());
      return;
    }
    const timer = setTimeout(() => {
      this.#forget(key);
      turn.reject(this.#full());
    }, roomMs);
    this.#outside.set(key, { key, turn, askers, timer });
  }

  /** Of those outside for whom there is room, the one whose client waits for least. */
  #letIn(): void {
    let best: { found: Outside; waiting: number } | undefined;
    for (const found of this.#outside.values()) {
      for (const asker of found.askers) {
        const waiting = this.#queue.waiting(asker);
        if (this.#queue.hasRoom(asker) && waiting < (best?.waiting ?? Infinity)) best = { found, waiting };
      }
    }
    if (best === undefined) return;
    const { key, turn, askers } = best.found;
    this.#forget(key);
    this.#lineUp(key, turn, askers);
  }

  #forget(key: string): void {
    clearTimeout(this.#outside.get(key)?.timer);
    this.#outside.delete(key);
  }

  #full(): Failure {
    const { total, perClient } = this.#options.waiting;
    return new Failure(
      'busy',
      `Too many droplets wait for conversion (up to ${total}, up to ${perClient} for one client): try again later`,
      { retryAfter: 30 },
    );
  }
}
