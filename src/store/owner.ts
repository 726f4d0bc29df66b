import { randomUUID } from 'node:crypto';
import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Whose a store in a directory is, where we are root and what we make there would not be theirs: its owner could neither read nor
 * change it. To give it to them afterwards is no way out: who owns a directory can have root follow it anywhere.
 * @param places the first that exists tells
 * @returns the user's number; undefined where nothing speaks against writing
 */
export async function otherOwner(...places: readonly string[]): Promise<number | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found === undefined) continue;
    return found.uid === 0 || (await givenOwner(place)) === found.uid ? undefined : found.uid;
  }
  return undefined;
}

/** Whose a file is that we make: some file systems choose, such as NFS that does not trust root. Undefined where none can be made. */
async function givenOwner(directory: string): Promise<number | undefined> {
  const path = join(directory, `.owner-${randomUUID()}`);
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      return (await file.stat()).uid;
    } finally {
      await file.close();
      await rm(path, { force: true });
    }
  } catch {
    return undefined;
  }
}
