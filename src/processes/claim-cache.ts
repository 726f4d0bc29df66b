import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '../errors.ts';
import { lockDirectory } from '../store/cached/directory-lock.ts';
import { storeFailure } from '../store/directory-reader.ts';
import { cachePart } from './part-of.ts';

/**
 * Makes a cache directory that of so many processes, each of which gets a part of its own, and removes what one process alone,
 * or more of them, left there: nobody would count it.
 * @returns lets others have the directory
 * @throws Failure `conflict` where somebody else has it; `unavailable` or `no-space` where its disk fails
 */
export async function claimCache(directory: string, processes: number): Promise<() => void> {
  let unlock: (() => void) | undefined;
  try {
    await mkdir(directory, { recursive: true, mode: 0o750 });
    unlock = lockDirectory(directory, join(directory, '.lock'));
    const kept = new Set(Array.from({ length: processes }, (_, at) => cachePart(directory, at + 1)));
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      if (/^(?:v1|\.dropstack-tmp|process-\d+)$/.test(name) && !kept.has(path))
        await rm(path, { recursive: true, force: true });
    }
    return unlock;
  } catch (error) {
    unlock?.();
    throw isFailure(error) ? error : storeFailure('open the cache', directory, error);
  }
}
