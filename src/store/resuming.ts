import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure } from '../errors.ts';
import { ResumingBody, type Patience } from './resuming-body.ts';
import type { OpenObject, ReadableStore, Store } from './store.ts';

const defaultPatience: Patience = {
  stall: 10_000,
  tries: 6,
  triesInAll: 100,
  pause: 100,
  longestPause: 3_000,
};

/** What failed within this time is asked for once more: what has taken long already would only take twice as long. */
const quick = 1_000;

/**
 * A remote store whose bodies heal: one that breaks, ends short or stalls is opened again at the right byte, unseen by its
 * reader. It ends cleanly after exactly the bytes that were asked for, or fails. An `open` or `stat` that fails at once is
 * tried once more, as where a server has just closed the connection that was taken from the pool; a store that is away is
 * said to be so without delay.
 */
export function resumingReader(store: ReadableStore, more: Partial<Patience> = {}): ReadableStore {
  const patience = { ...defaultPatience, ...more };
  return {
    stat: (key) => twice(() => store.stat(key), patience),
    async open(key, range): Promise<OpenObject | undefined> {
      const object = await twice(() => store.open(key, range), patience);
      if (object === undefined) return undefined;
      const reopen = (start: number, end: number): Promise<OpenObject | undefined> =>
        store.open(key, { start, end });
      return { ...object, body: new ResumingBody(object, range, reopen, patience) };
    },
    list: (prefix) => store.list(prefix),
    folders: (prefix) => store.folders(prefix),
  };
}

/** The same of a store that is also written to: puts and removals pass through. */
export function resumingStore(store: Store, more: Partial<Patience> = {}): Store {
  return {
    ...resumingReader(store, more),
    put: (key, body, condition) => store.put(key, body, condition),
    remove: (key) => store.remove(key),
  };
}

async function twice<T>(ask: () => Promise<T>, { pause }: Patience): Promise<T> {
  const asked = performance.now();
  try {
    return await ask();
  } catch (error) {
    if (!isFailure(error, 'unavailable') || performance.now() - asked > quick) throw error;
    await sleep(pause);
    return ask();
  }
}
