import { lstat, mkdir } from 'node:fs/promises';
import { Failure } from '../errors.ts';

/**
 * A directory for work files, made where it is missing, in which nobody but us writes: below a directory of all users, such as /tmp,
 * somebody may have made it first, and would then see and change what we work on.
 * @throws Failure `denied` where it is not ours alone
 */
export async function ownDirectory(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await lstat(path);
  const isOurs = found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
  if (isOurs) return path;
  throw new Failure(
    'denied',
    `Cannot work in ${path}: others may write there. Remove it, or name a directory of ours in TMPDIR`,
  );
}
