import { buffer } from 'node:stream/consumers';
import type { ReadableStore } from '../../src/store/store.ts';

/** An object's bytes. @throws Error where there is no such object */
export async function readObject(store: ReadableStore, key: string): Promise<Buffer> {
  const object = await store.open(key);
  if (object === undefined) throw new Error(`No object ${key}`);
  return buffer(object.body);
}

/** The keys of all objects below a prefix, sorted. */
export async function keysBelow(store: ReadableStore, prefix: string): Promise<string[]> {
  return (await Array.fromAsync(store.list(prefix))).map(({ key }) => key).toSorted();
}
