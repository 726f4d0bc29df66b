import { randomBytes } from 'node:crypto';
import { canonicalJson } from '../../oci/canonical-json.ts';
import type { Store } from '../../store/store.ts';
import type { AuditEntry } from './entry.ts';
import { entryKey } from './keys.ts';

/** @param error why the store does not have the entry: then whoever hears of it is the only one who does */
export type AuditWatcher = (entry: AuditEntry, error?: unknown) => void;

/**
 * Writes down what operators change. An entry is an object of its own, which is never changed and which nothing collects: nobody
 * waits for anybody else, and none can be lost by another's writing.
 */
export class AuditLog {
  readonly #store: Store;
  readonly #clock: () => number;
  readonly #patienceMs: number;
  readonly #watchers: AuditWatcher[] = [];
  readonly #lateWatchers: ((entry: AuditEntry) => void)[] = [];

  /** @param patienceMs for so long somebody waits until an entry is there */
  constructor(store: Store, clock: () => number = Date.now, patienceMs = 3_000) {
    this.#store = store;
    this.#clock = clock;
    this.#patienceMs = patienceMs;
  }

  /** milliseconds since the epoch */
  now(): number {
    return this.#clock();
  }

  /** Tells `watcher` of each entry of this process. */
  watch(watcher: AuditWatcher): void {
    this.#watchers.push(watcher);
  }

  /** Tells `watcher` of each entry that nobody waits for any more, before the store has said whether it has it. */
  watchLate(watcher: (entry: AuditEntry) => void): void {
    this.#lateWatchers.push(watcher);
  }

  /**
   * Keeps an entry, and resolves when it is there, or when a slow store has kept its caller waiting for long enough. It rejects never:
   * what it tells of has happened, and a change that is reported as failed because it could not be written down would be made again,
   * or not be undone.
   */
  async write(told: Omit<AuditEntry, 'format' | 'id' | 'at'>): Promise<void> {
    const now = this.#clock();
    const id = `${now}-${randomBytes(4).toString('hex')}`;
    const entry: AuditEntry = { format: 1, id, at: new Date(now).toISOString(), ...told };
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      for (const watcher of this.#lateWatchers) watcher(entry);
      late.resolve();
    }, this.#patienceMs);
    await Promise.race([this.#keep(entry), late.promise]);
    clearTimeout(timer);
  }

  async #keep(entry: AuditEntry): Promise<void> {
    try {
      await this.#store.put(entryKey(entry.id), canonicalJson(entry), 'absent');
      this.#tell(entry);
    } catch (error) {
      this.#tell(entry, error);
    }
  }

  #tell(entry: AuditEntry, error?: unknown): void {
    for (const watcher of this.#watchers) watcher(entry, error);
  }
}
