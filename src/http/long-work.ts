import { hold } from './hold.ts';

/** For so long an outcome waits for those who were told to come back, which they do after two seconds. */
const keptMs = 10_000;

type Entry<T> = { work: Promise<T>; isOver: boolean; comesBack: boolean };

/**
 * Work that takes longer than a client waits. All who ask for the same meanwhile share it; and whoever was told to come back
 * hears its outcome, also one that came when nobody was there.
 */
export class LongWork<T> {
  readonly #holdMs: number;
  readonly #entries = new Map<string, Entry<T>>();

  /** @param holdMs for so many milliseconds a client waits */
  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  /**
   * The outcome of the work that goes by `key`, which is begun where it is not under way.
   * @throws Failure `busy` while it goes on; whatever it fails with
   */
  async join(key: string, begin: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key) ?? this.#begin(key, begin);
    if (entry.isOver) this.#forget(key, entry);
    try {
      return await hold(entry.work, this.#holdMs);
    } finally {
      if (!entry.isOver) entry.comesBack = true;
    }
  }

  #begin(key: string, begin: () => Promise<T>): Entry<T> {
    const entry = { work: begin(), isOver: false, comesBack: false };
    this.#entries.set(key, entry);
    const over = (): void => {
      entry.isOver = true;
      if (entry.comesBack) setTimeout(() => this.#forget(key, entry), keptMs).unref();
      else this.#forget(key, entry);
    };
    entry.work.then(over, over);
    return entry;
  }

  #forget(key: string, entry: Entry<T>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
