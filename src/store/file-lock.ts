import { DatabaseSync } from 'node:sqlite';

/**
 * A lock between processes that the kernel gives back when its holder dies, at any moment: SQLite's own lock on an empty
 * database, since Node has no flock. Held only for a handful of synchronous calls, so nobody waits long.
 */
export class FileLock {
  readonly #path: string;
  #database: DatabaseSync | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Runs `work`, which must not be asynchronous, while no other process runs any under the same path. */
  hold<T>(work: () => T): T {
    this.#database ??= new DatabaseSync(this.#path, { timeout: 10_000 });
    this.#database.exec('BEGIN EXCLUSIVE');
    try {
      return work();
    } finally {
      this.#database.exec('ROLLBACK');
    }
  }
}
