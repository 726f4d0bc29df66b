import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { ExecutionContext } from 'ava';
import type { ByteRange, ReadableStore } from '../../src/store/store.ts';
import { keysBelow } from '../helpers/read.ts';

/** AVA's `test`, or one of its kinds. */
export type Test = (title: string, body: (t: ExecutionContext) => Promise<void>) => void;

/**
 * What every driver must do that reads. `fill` gives a store of its own to each test, with these objects and no other.
 */
export function readableConformance(
  test: Test,
  name: string,
  fill: (objects: Record<string, Uint8Array>) => Promise<ReadableStore>,
): void {
  test(`${name}: gives an object's bytes and its size`, async (t) => {
    const bytes = randomBytes(700_000);
    const store = await fill({ 'a/b/c': bytes });
    t.deepEqual(await read(store, 'a/b/c'), bytes);
    t.is((await store.stat('a/b/c'))?.size, bytes.length);
  });

  test(`${name}: gives ranges, also to the end and past it`, async (t) => {
    const store = await fill({ range: Buffer.from('0123456789') });
    t.is(String(await read(store, 'range', { start: 2, end: 4 })), '234');
    t.is(String(await read(store, 'range', { start: 0, end: 3 })), '0123');
    t.is(String(await read(store, 'range', { start: 7 })), '789');
    t.is(String(await read(store, 'range', { start: 7, end: 99 })), '789');
    t.is(String(await read(store, 'range', { start: 9, end: 9 })), '9');
    t.is(String(await read(store, 'range', { start: 10 })), '');
    const whole = await store.open('range', { start: 2, end: 4 });
    t.is(whole?.info.size, 10, 'the size is that of the whole object');
    whole?.body.destroy();
  });

  test(`${name}: keeps empty objects`, async (t) => {
    const store = await fill({ empty: Buffer.alloc(0) });
    t.is((await store.stat('empty'))?.size, 0);
    t.is((await read(store, 'empty'))?.length, 0);
    t.is((await read(store, 'empty', { start: 0, end: 5 }))?.length, 0);
  });

  test(`${name}: says that there is nothing where there is nothing`, async (t) => {
    const store = await fill({ 'there/below': Buffer.from('x') });
    for (const key of ['missing', 'there', 'there/below/deeper', 'there/missing', 'x'.repeat(300)]) {
      t.is(await store.stat(key), undefined, key);
      t.is(await store.open(key), undefined, key);
      t.is(await store.open(key, { start: 3 }), undefined, key);
    }
    t.deepEqual(await keysBelow(store, 'missing/'), []);
  });

  test(`${name}: lists what lies below a prefix, and nothing beside it`, async (t) => {
    const keys = ['v1/a', 'v1/b/c', 'v1/b/d/e', 'v10/x', 'w'];
    const store = await fill(Object.fromEntries(keys.map((key) => [key, Buffer.from(key)])));
    t.deepEqual(await keysBelow(store, 'v1/'), ['v1/a', 'v1/b/c', 'v1/b/d/e']);
    t.deepEqual(await keysBelow(store, 'v1/b/'), ['v1/b/c', 'v1/b/d/e']);
    t.deepEqual(await keysBelow(store, ''), keys);
    t.deepEqual(await keysBelow(store, 'w/'), []);
  });

  test(`${name}: names the folders right below a prefix, each once, and no objects`, async (t) => {
    const keys = ['v1/a', 'v1/b/c', 'v1/b/d/e', 'v1/f/g', 'v10/x', 'w'];
    const store = await fill(Object.fromEntries(keys.map((key) => [key, Buffer.from(key)])));
    const below = async (prefix: string) => (await Array.fromAsync(store.folders(prefix))).toSorted();
    t.deepEqual(await below(''), ['v1', 'v10']);
    t.deepEqual(await below('v1/'), ['b', 'f']);
    t.deepEqual(await below('v1/b/d/'), []);
    t.deepEqual(await below('w/'), []);
    t.deepEqual(await below('missing/'), []);
  });

  test(`${name}: says the same of an object however it is asked`, async (t) => {
    const store = await fill({ 'a/one': Buffer.from('one') });
    const info = await store.stat('a/one');
    const opened = await store.open('a/one', { start: 1 });
    opened?.body.destroy();
    t.deepEqual(opened?.info, info);
    t.deepEqual(await Array.fromAsync(store.list('a/')), [info]);
  });

  test(`${name}: a body that nobody wants does no harm`, async (t) => {
    const bytes = randomBytes(3_000_000);
    const store = await fill({ big: bytes });
    for (let i = 0; i < 20; i++) (await store.open('big'))?.body.destroy();
    t.true((await read(store, 'big'))?.equals(bytes));
  });
}

async function read(store: ReadableStore, key: string, range?: ByteRange): Promise<Buffer | undefined> {
  const object = await store.open(key, range);
  return object === undefined ? undefined : buffer(object.body);
}
