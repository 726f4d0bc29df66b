import { randomUUID } from 'node:crypto';
import { Failure } from '../errors.ts';
import type { Store } from './store.ts';

/** Where objects lie for a moment that only try what a store does. */
export const probesFolder = 'v1/probe/';

/**
 * Tries whether a store honours conditions, on an object of its own.
 * @throws Failure `invalid` when it does not: several processes would overwrite each other's records
 */
export async function probeConditions(store: Store): Promise<void> {
  const key = probesFolder + randomUUID();
  const put = (etag?: string): ReturnType<Store['put']> =>
    store.put(key, Buffer.from(randomUUID()), etag === undefined ? 'absent' : { etag });
  try {
    const first = await put();
    if (first === undefined) throw unfit('it takes a new object for one that is there');
    if ((await put()) !== undefined) throw unfit('it replaces an object that must be absent');
    if ((await put('"00000000000000000000000000000000"')) !== undefined)
      throw unfit('it replaces an object whose etag is another');
    if ((await put(first.etag)) === undefined) throw unfit('it does not know an etag again that it gave');
  } finally {
    await store.remove(key).catch(() => {});
  }
}

function unfit(why: string): Failure {
  return new Failure(
    'invalid',
    `The store does not honour conditional puts: ${why}. Use one that does, or run one process alone and say so: store.singleWriter: true`,
  );
}
