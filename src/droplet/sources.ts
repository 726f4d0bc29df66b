import type { ObjectInfo, OpenObject, ReadableStore } from '../store/store.ts';

/** Below this prefix of the own store lie the droplets that were put through us, in Cloud Controller's layout. */
export const uploadsPrefix = 'droplets/';

/** Cloud Controller's key of a droplet: `ab/cd/<guid>/<hash>`, partitioned by the guid's first four characters. */
export function sourceKey(guid: string, hash: string): string {
  return folderOf(guid) + hash;
}

/** Where droplets come from: the first source that has one gives it. */
export class DropletSources {
  readonly #stores: readonly ReadableStore[];

  constructor(stores: readonly ReadableStore[]) {
    this.#stores = stores;
  }

  async stat(guid: string, hash: string): Promise<ObjectInfo | undefined> {
    return this.#first((store) => store.stat(sourceKey(guid, hash)));
  }

  async open(guid: string, hash: string): Promise<OpenObject | undefined> {
    return this.#first((store) => store.open(sourceKey(guid, hash)));
  }

  /** The hashes of all droplets of a guid; with names that are no hashes, if somebody put such there. */
  async hashes(guid: string): Promise<Set<string>> {
    const folder = folderOf(guid);
    const found = new Set<string>();
    for (const store of this.#stores) {
      for await (const info of store.list(folder)) found.add(info.key.slice(folder.length));
    }
    return found;
  }

  async #first<T>(look: (store: ReadableStore) => Promise<T | undefined>): Promise<T | undefined> {
    for (const store of this.#stores) {
      const found = await look(store);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

function folderOf(guid: string): string {
  const start = guid.toLowerCase();
  return `${start.slice(0, 2)}/${start.slice(2, 4)}/${guid}/`;
}
