import { buffer } from 'node:stream/consumers';
import type { ReadableStore } from '../../store/store.ts';

/** The first bytes of an object, so many at most; undefined where there is no such object. */
export async function readSome(store: ReadableStore, key: string, most: number): Promise<Buffer | undefined> {
  const info = await store.stat(key);
  if (info === undefined) return undefined;
  if (info.size === 0) return Buffer.alloc(0);
  const found = await store.open(key, { start: 0, end: Math.min(most, info.size) - 1 });
  return found === undefined ? undefined : buffer(found.body);
}
