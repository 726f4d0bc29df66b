import { finished } from 'node:stream/promises';
import type { Condition, Store } from './store.ts';

/**
 * A store that knows no conditions, for the only process that ever writes to it: each condition is judged by a look
 * before the put.
 */
export function singleWriter(store: Store): Store {
  const last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all earlier work on the key has ended. */
  const inTurn = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(key);
    const mine = before === undefined ? work() : before.then(work, work);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };

  return {
    stat: (key) => store.stat(key),
    open: (key, range) => store.open(key, range),
    list: (prefix) => store.list(prefix),
    folders: (prefix) => store.folders(prefix),
    remove: (key) => inTurn(key, () => store.remove(key)),
    put: (key, body, condition) =>
      inTurn(key, async () => {
        try {
          const holds = condition === undefined || (await store.stat(key))?.etag === etagOf(condition);
          if (holds) return await store.put(key, body);
          if (!(body instanceof Uint8Array)) await finished(body.resume());
          return undefined;
        } finally {
          if (!(body instanceof Uint8Array)) body.destroy();
        }
      }),
  };
}

function etagOf(condition: Condition): string | undefined {
  return condition === 'absent' ? undefined : condition.etag;
}
