import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atEnd, type Owner } from './owner.ts';

/** A new directory that goes when its owner ends. Its path is short enough for Unix sockets below it. */
export async function tempDir(owner: Owner): Promise<string> {
  const path = await mkdtemp(join(await realpath(tmpdir()), 'ds-'));
  atEnd(owner, () => rm(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}
