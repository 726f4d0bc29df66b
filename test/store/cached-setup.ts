import { randomBytes } from 'node:crypto';
import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CachedStore, type CacheOptions } from '../../src/store/cached.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import type { ByteRange, Layers, OpenObject, Store } from '../../src/store/store.ts';
import { until } from '../crash/processes.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';
import { ShakyStore } from './shaky-store.ts';

export const mebibyte = 1024 * 1024;

/**
 * A cache before a store that misbehaves at will; opening it again stands for a restart. At the end all that the cache
 * opened must be closed.
 */
export async function setUp(owner: Owner, options: Partial<CacheOptions> = {}) {
  const remote = new ShakyStore(await DirectoryStore.open(await tempDir(owner)));
  const directory = options.directory ?? (await tempDir(owner));
  const caches: CachedStore[] = [];
  const open = async (changed: Partial<CacheOptions> = {}): Promise<CachedStore> => {
    const cache = await CachedStore.open(remote, { maxBytes: 1e9, ...options, ...changed, directory });
    caches.push(cache);
    return cache;
  };
  atEnd(owner, async () => {
    for (const cache of caches) await cache.close();
    await until('all files are closed', () => descriptors(directory).length === 0);
  });
  return { remote, directory, open, cache: await open() };
}

/** Puts random bytes under a key that is cached. */
export async function putObject(
  store: Store,
  name: string,
  size: number,
): Promise<{ key: string; bytes: Buffer }> {
  const [key, bytes] = [`v1/objects/${name}`, randomBytes(size)];
  await store.put(key, bytes);
  return { key, bytes };
}

/** @throws Error where there is no such object */
export async function opened(
  store: Layers,
  key: string,
  range?: ByteRange,
  sha256?: string,
): Promise<OpenObject> {
  const object = await store.open(key, range, sha256);
  if (object === undefined) throw new Error(`No object ${key}`);
  return object;
}

export async function read(store: Store, key: string, range?: ByteRange): Promise<Buffer> {
  return buffer((await opened(store, key, range)).body);
}

/** The paths of all whole files, and of those that grow. */
export function filesOf(directory: string): { whole: string[]; growing: string[] } {
  const below = (folder: string): string[] =>
    readdirSync(join(directory, folder)).map((name) => join(directory, folder, name));
  return { whole: below('v1'), growing: below('.dropstack-tmp') };
}

/** What this process has open below a cache directory: the numbers of the descriptors. */
export function descriptors(directory: string): string[] {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return ['v1', '.dropstack-tmp'].some((folder) => path.startsWith(`${directory}/${folder}/`));
    } catch {
      return false;
    }
  });
}

/**
 * Bytes on the disk: of all files of a cache, in whole pages, and of those that are removed and still open. All is looked
 * at in one turn, so that no file goes while another comes.
 */
export function bytesOnDisk(directory: string): number {
  const { whole, growing } = filesOf(directory);
  const open = descriptors(directory).map((fd) => `/proc/self/fd/${fd}`);
  const sizes = new Map<number, number>();
  for (const path of [...whole, ...growing, ...open]) {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined) sizes.set(found.ino, Math.ceil(found.size / 4096) * 4096);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
