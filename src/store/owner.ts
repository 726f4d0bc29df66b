import { stat } from 'node:fs/promises';

/**
 * Whose a store in a directory is, where we are root and it is somebody else's: what root makes there, its owner could neither read nor
 * change. To give it to them afterwards is no way out: who owns a directory can have root follow it anywhere.
 * @param places the first that exists tells
 * @returns the user's number; undefined where nothing speaks against writing
 */
export async function otherOwner(...places: readonly string[]): Promise<number | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found !== undefined) return found.uid === 0 ? undefined : found.uid;
  }
  return undefined;
}
