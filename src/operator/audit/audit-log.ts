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
  readonly #watchers: AuditWatcher[] = [];

  constructor(store: Store, clock: () => number = Date.now) {
    this.#store = store;
    this.#clock = clock;
  }

  /** milliseconds since the epoch */
  now(): number {
    return this.#clock();
  }

  /** Tells `watcher` of each entry of this process. */
  watch(watcher: AuditWatcher): void {
    this.#watchers.push(watcher);
  }

  /**
   * Keeps an entry, and resolves when it is there. It rejects never: what it tells of has happened, and a change that is reported as
   * failed because it could not be written down would be made again, or not be undone.
   */
  async write(told: Omit<AuditEntry, 'format' | 'id' | 'at'>): Promise<void> {
    const now = this.#clock();
    const id = `${now}-${randomBytes(4).toString('hex')}`;
    const entry: AuditEntry = { format: 1, id, at: new Date(now).toISOString(), ...told };
    try {
      await this.#store.put(entryKey(id), canonicalJson(entry), 'absent');
      this.#tell(entry);
    } catch (error) {
      this.#tell(entry, error);
    }
  }

  #tell(entry: AuditEntry, error?: unknown): void {
    for (const watcher of this.#watchers) watcher(entry, error);
  }
}
