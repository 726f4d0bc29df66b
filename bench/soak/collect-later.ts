import { collect } from '../../src/collect/collect.ts';
import { uploadsPrefix } from '../../src/droplet/source-key.ts';
import { day } from '../../src/store/lifetime.ts';
import { prefixedStore } from '../../src/store/prefixed.ts';
import { probesFolder } from '../../src/store/probe.ts';
import type { Store } from '../../src/store/store.ts';

/**
 * Collects as if days had passed, once for the names and once for what they named, with the shortest grace.
 * @param own a store that nobody else uses at the time
 */
export async function collectLater(own: Store): Promise<void> {
  for (const days of [2, 4, 6]) {
    const later = at(own, days * day);
    const parts = { own: later, uploads: prefixedStore(later, uploadsPrefix), source: undefined };
    const clock = (): number => Date.now() + days * day;
    await collect({ ...parts, clock }, { graceSeconds: day / 1000, dryRun: false, allowLarge: true });
  }
}

/** The store as one whose clock goes as much ahead: that tells by what it writes to see the time. */
function at(store: Store, ahead: number): Store {
  return {
    stat: async (key) => {
      const info = await store.stat(key);
      if (info === undefined || !key.startsWith(probesFolder)) return info;
      return { ...info, modified: info.modified + ahead };
    },
    open: (key, range) => store.open(key, range),
    list: (prefix) => store.list(prefix),
    folders: (prefix) => store.folders(prefix),
    put: (key, body, condition) => store.put(key, body, condition),
    remove: (key) => store.remove(key),
  };
}
