import { link, mkdir, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../tools/find-tool.ts';

/**
 * The path of a file that is made once and kept for later runs. `make` writes it to the path it is given. Where two
 * processes make it at once the first one wins, so that a file never changes under who has read it.
 */
export async function cached(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(cacheDirectory, name);
  if (existsSync(path)) return path;
  await mkdir(cacheDirectory, { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  try {
    await make(partial);
    await link(partial, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(partial, { force: true });
  }
  return path;
}
