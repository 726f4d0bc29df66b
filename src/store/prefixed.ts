import type { Readable } from 'node:stream';
import type { ByteRange, Condition, ObjectInfo, OpenObject, ReadableStore, Store } from './store.ts';

/** The part of `store` below `prefix`, which ends in `/`, as a store to read from. */
export function prefixedReader(store: ReadableStore, prefix: string): ReadableStore {
  const bare = (info: ObjectInfo): ObjectInfo => ({ ...info, key: info.key.slice(prefix.length) });
  return {
    async stat(key) {
      const info = await store.stat(prefix + key);
      return info === undefined ? undefined : bare(info);
    },
    async open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
      const object = await store.open(prefix + key, range);
      return object === undefined ? undefined : { info: bare(object.info), body: object.body };
    },
    async *list(below) {
      for await (const info of store.list(prefix + below)) yield bare(info);
    },
    folders: (below) => store.folders(prefix + below),
  };
}

/** The part of `store` below `prefix` as a store of its own. */
export function prefixedStore(store: Store, prefix: string): Store {
  return {
    ...prefixedReader(store, prefix),
    async put(key: string, body: Uint8Array | Readable, condition?: Condition) {
      const info = await store.put(prefix + key, body, condition);
      return info === undefined ? undefined : { ...info, key };
    },
    remove: (key) => store.remove(prefix + key),
  };
}
