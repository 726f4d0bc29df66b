import { z } from 'zod';
import { DirectoryReader } from './directory-reader.ts';
import { DirectoryStore } from './directory.ts';
import type { ReadableStore, Store } from './store.ts';

/** Where a store is: plain data, so that it can be handed to a child process. */
export const storeLocation = z.strictObject({ directory: z.string().min(1) });
export type StoreLocation = z.output<typeof storeLocation>;

/** Opens a store to read from and write to, making it where it is missing. */
export async function openStore(location: StoreLocation): Promise<Store> {
  return DirectoryStore.open(location.directory);
}

/** Opens a store that is never written to. */
export function openReadable(location: StoreLocation): ReadableStore {
  return new DirectoryReader(location.directory);
}
