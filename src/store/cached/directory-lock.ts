import { DatabaseSync } from 'node:sqlite';
import { Failure } from '../../errors.ts';

/**
 * Makes a cache directory ours until the answered function is called or the process dies: SQLite's own lock on an empty
 * database, which the kernel takes back.
 * @throws Failure `conflict` where another cache has it
 */
export function lockDirectory(directory: string, path: string): () => void {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if (!isBusy(cause)) throw cause;
    throw new Failure(
      'conflict',
      `Cannot use the cache directory ${directory}: another process uses it; give each its own`,
      { cause },
    );
  }
  return () => {
    if (database.isOpen) database.close();
  };
}

/** SQLITE_BUSY: somebody else has the lock. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 5;
}
