import { atEnd, type Owner } from './owner.ts';
import { run } from './run.ts';
import { tempDir } from './temp.ts';

/** A directory on a file system of its own that holds no more than `megabytes`. Needs root. */
export async function smallDisk(owner: Owner, megabytes = 20): Promise<string> {
  const path = await tempDir(owner);
  await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'small-disk', path]);
  // Lazily: what a failed test still has open there must not keep the mount.
  atEnd(owner, async () => void (await run('umount', ['--lazy', path])));
  return path;
}
