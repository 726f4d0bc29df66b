import type { ReadableStore } from './store.ts';

/** Several stores as one to read from: of those that have a key, the first gives it. */
export function layeredReader(stores: readonly ReadableStore[]): ReadableStore {
  const first = async <T>(look: (store: ReadableStore) => Promise<T | undefined>): Promise<T | undefined> => {
    for (const store of stores) {
      const found = await look(store);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return {
    stat: (key) => first((store) => store.stat(key)),
    open: (key, range) => first((store) => store.open(key, range)),
    async *list(prefix) {
      const seen = new Set<string>();
      for (const [i, store] of stores.entries()) {
        for await (const info of store.list(prefix)) {
          if (seen.has(info.key)) continue;
          if (i < stores.length - 1) seen.add(info.key);
          yield info;
        }
      }
    },
    async *folders(prefix) {
      const seen = new Set<string>();
      for (const store of stores) {
        for await (const name of store.folders(prefix)) {
          if (seen.has(name)) continue;
          seen.add(name);
          yield name;
        }
      }
    },
  };
}
