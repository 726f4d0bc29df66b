import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { isFailure } from '../../src/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { keysBelow } from '../helpers/read.ts';
import { readableConformance, type Test } from './readable-conformance.ts';

/** What every driver must do. `open` gives an empty store of its own to each test. */
export function storeConformance(test: Test, name: string, open: () => Promise<Store>): void {
  readableConformance(test, name, async (objects) => {
    const store = await open();
    for (const [key, bytes] of Object.entries(objects)) await store.put(key, bytes);
    return store;
  });

  test(`${name}: gives back what was put, with its size`, async (t) => {
    const store = await open();
    const bytes = randomBytes(700_000);
    const info = await store.put('a/b/c', Readable.from(pieces(bytes)));
    t.is(info?.size, bytes.length);
    t.deepEqual(await read(store, 'a/b/c'), bytes);
    t.is((await store.stat('a/b/c'))?.size, bytes.length);
    t.is((await store.stat('a/b/c'))?.etag, info?.etag);
  });

  test(`${name}: replaces, and the etag changes with the bytes`, async (t) => {
    const store = await open();
    const first = await store.put('same', Buffer.from('one'));
    const second = await store.put('same', Buffer.from('two'));
    t.not(first?.etag, second?.etag);
    t.is(String(await read(store, 'same')), 'two');
  });

  test(`${name}: creates only what is absent, and of many at once only one`, async (t) => {
    const store = await open();
    const puts = Array.from({ length: 12 }, (_, i) => store.put('once', Buffer.from(String(i)), 'absent'));
    const results = await Promise.all(puts);
    const winners = results.flatMap((info, i) => (info === undefined ? [] : [i]));
    t.is(winners.length, 1);
    t.is(String(await read(store, 'once')), String(winners[0]));
  });

  test(`${name}: swaps only what was seen, and of many at once only one`, async (t) => {
    const store = await open();
    const seen = await store.put('swap', Buffer.from('before'));
    const condition = { etag: seen?.etag ?? '' };
    const puts = Array.from({ length: 12 }, (_, i) => store.put('swap', Buffer.from(String(i)), condition));
    const results = await Promise.all(puts);
    t.is(results.filter((info) => info !== undefined).length, 1);
    t.is(await store.put('swap', Buffer.from('late'), condition), undefined);
    t.is(await store.put('nothing', Buffer.from('x'), condition), undefined, 'nothing there has no etag');
  });

  test(`${name}: reads a body to its end also where the condition does not hold`, async (t) => {
    const store = await open();
    await store.put('there', Buffer.from('first'));
    let ended = false;
    const counted = function* (): Iterable<Buffer> {
      yield* pieces(randomBytes(700_000));
      ended = true;
    };
    t.is(await store.put('there', Readable.from(counted()), 'absent'), undefined);
    t.true(ended);
    await t.throwsAsync(store.put('there', failing(), 'absent'), { message: 'broken on the way' });
    t.is(String(await read(store, 'there')), 'first');
  });

  test(`${name}: a body that fails leaves what was there, and nothing new`, async (t) => {
    const store = await open();
    await store.put('kept', Buffer.from('old'));
    for (const key of ['kept', 'new']) {
      const error = await t.throwsAsync(store.put(key, failing()));
      t.is(error?.message, 'broken on the way');
    }
    t.is(String(await read(store, 'kept')), 'old');
    t.deepEqual(await keysBelow(store, ''), ['kept']);
  });

  test(`${name}: removes, also what is not there`, async (t) => {
    const store = await open();
    await store.put('gone', Buffer.from('x'));
    await store.remove('gone');
    await store.remove('gone');
    t.is(await store.stat('gone'), undefined);
  });

  test(`${name}: a reader sees the object that it opened, whole, while it is replaced`, async (t) => {
    const store = await open();
    const before = Buffer.alloc(3_000_000, 'a');
    await store.put('moving', before);
    const object = await store.open('moving');
    await store.put('moving', Buffer.alloc(10, 'b'));
    if (object === undefined) throw new Error('not there');
    t.true((await buffer(object.body)).equals(before));
  });
}

/** The error of a store that is away: never taken for the absence of an object. */
export async function saysUnavailable(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => false,
    (error: unknown) => isFailure(error, 'unavailable'),
  );
}

async function read(store: Store, key: string): Promise<Buffer | undefined> {
  const object = await store.open(key);
  return object === undefined ? undefined : buffer(object.body);
}

function* pieces(bytes: Buffer): Iterable<Buffer> {
  for (let i = 0; i < bytes.length; i += 65_536) yield bytes.subarray(i, i + 65_536);
}

function failing(): Readable {
  return Readable.from(
    (function* () {
      yield Buffer.from('half');
      throw new Error('broken on the way');
    })(),
  );
}
