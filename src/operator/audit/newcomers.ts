import { hour, minute } from '../../store/lifetime.ts';
import type { ReadableStore } from '../../store/store.ts';
import { inParallel } from '../in-parallel.ts';
import type { AuditEntry } from './entry.ts';
import { compareIds, hourFolders, timeOf } from './keys.ts';
import { idsIn, readEntry } from './read-audit.ts';

/** Entries are found under the times of their writers, whose clocks may be so far from ours. */
const clocksAgreeWithin = 10 * minute;
const readsAtOnce = 16;

/** Sees which entries come, whoever writes them. A look costs a list of an hour's entries, or of two hours'. */
export class Newcomers {
  readonly #store: ReadableStore;
  readonly #clock: () => number;
  readonly #known = new Set<string>();
  #hasLooked = false;

  constructor(store: ReadableStore, clock: () => number = Date.now) {
    this.#store = store;
    this.#clock = clock;
  }

  /** No look shall tell of this entry. */
  know(id: string): void {
    this.#known.add(id);
  }

  /**
   * What came since the last look, oldest first; the first look tells of nothing.
   * @throws what the store throws; the next look then tells of all that came meanwhile
   */
  async look(): Promise<AuditEntry[]> {
    const now = this.#clock();
    const fresh: string[] = [];
    for (const folder of hourFolders(now - clocksAgreeWithin, now + clocksAgreeWithin))
      fresh.push(...(await idsIn(this.#store, folder)).filter((id) => !this.#known.has(id)));
    const entries = this.#hasLooked ? await this.#read(fresh.toSorted(compareIds)) : [];
    for (const id of fresh) this.#known.add(id);
    this.#hasLooked = true;
    for (const id of this.#known) if (timeOf(id) < now - 3 * hour) this.#known.delete(id);
    return entries;
  }

  async #read(ids: readonly string[]): Promise<AuditEntry[]> {
    const entries = await Array.fromAsync(inParallel(ids, readsAtOnce, (id) => readEntry(this.#store, id)));
    // Our own may have become known while they were read.
    return entries.filter((entry) => typeof entry === 'object').filter(({ id }) => !this.#known.has(id));
  }
}
