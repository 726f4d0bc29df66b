import { buffer } from 'node:stream/consumers';
import { CachedStore } from '../../src/store/cached.ts';
import { DirectoryStore } from '../../src/store/directory.ts';

/** Reads objects at random through a cache for ever, three at once, and says so after each. */
export async function readForEver(remote: string, directory: string, maxBytes: number): Promise<void> {
  const cache = await CachedStore.open(await DirectoryStore.open(remote), { directory, maxBytes });
  const keys = (await Array.fromAsync(cache.list('v1/objects/'))).map(({ key }) => key);
  const reader = async (): Promise<void> => {
    for (;;) {
      const object = await cache.open(keys[Math.floor(Math.random() * keys.length)] ?? '');
      if (object !== undefined) await buffer(object.body);
      process.stdout.write('.');
    }
  };
  await Promise.all([reader(), reader(), reader()]);
}
