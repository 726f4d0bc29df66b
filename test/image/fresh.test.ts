import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { Fresh } from '../../src/image/fresh.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import type { ReadableStore } from '../../src/store/store.ts';
import { readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';

const keyOf = (name: string): string => `values/${name}`;

test('a value is read again when it has changed, and only then', async (t) => {
  const store = await DirectoryStore.open(await tempDir(t));
  let reads = 0;
  const fresh = new Fresh(store, 10, keyOf, async (name) => {
    reads++;
    return String(await readObject(store, keyOf(name)));
  });
  await store.put('values/a', Buffer.from('1'));
  t.is(await fresh.get('a'), '1');
  await delay(600);
  t.is(await fresh.get('a'), '1');
  t.is(reads, 1);
  await store.put('values/a', Buffer.from('2'));
  await delay(600);
  t.is(await fresh.get('a'), '2');
  t.is(reads, 2);
});

test('what is forgotten or pushed out while it is read is still answered', async (t) => {
  const store = await DirectoryStore.open(await tempDir(t));
  const fresh = new Fresh(store, 2, keyOf, async (name) => {
    await delay(20);
    return name;
  });
  const wanted = fresh.get('wanted');
  const forgotten = fresh.get('forgotten');
  fresh.forget('forgotten');
  const others = ['b', 'c', 'd', 'e'].map((name) => fresh.get(name));
  t.deepEqual(await Promise.all([wanted, forgotten, ...others]), ['wanted', 'forgotten', 'b', 'c', 'd', 'e']);
});

test('while the store is down the last known value is given, and nothing else', async (t) => {
  const root = join(await tempDir(t), 'store');
  const store = await DirectoryStore.open(root);
  await store.put('values/a', Buffer.from('1'));
  const fresh = new Fresh(store, 10, keyOf, async (name) => String(await readObject(store, keyOf(name))));
  t.is(await fresh.get('a'), '1');
  await rm(root, { recursive: true });
  await delay(600);
  t.is(await fresh.get('a'), '1');
  await t.throwsAsync(fresh.get('b'), { code: 'unavailable' });
});

test('a store that says nothing keeps those waiting once who know the last value, and what it says late counts', async (t) => {
  const store = await DirectoryStore.open(await tempDir(t));
  await store.put('values/a', Buffer.from('1'));
  let silence: Promise<void> | undefined;
  const quiet: ReadableStore = {
    stat: async (key) => {
      await silence;
      return store.stat(key);
    },
    open: (key, range) => store.open(key, range),
    list: (prefix) => store.list(prefix),
    folders: (prefix) => store.folders(prefix),
  };
  let looks = 0;
  const counting: ReadableStore = { ...quiet, stat: (key) => (looks++, quiet.stat(key)) };
  const fresh = new Fresh(counting, 10, keyOf, async (name) => String(await readObject(store, keyOf(name))));
  t.is(await fresh.get('a'), '1');
  const { promise, resolve } = Promise.withResolvers<void>();
  silence = promise;
  await delay(600);
  t.deepEqual(await Promise.all([fresh.get('a'), fresh.get('a')]), ['1', '1']);
  await store.put('values/a', Buffer.from('2'));
  for (let i = 0; i < 100; i++) t.is(await fresh.get('a'), '1', 'at once');
  t.is(looks, 2, 'one look for all');
  silence = undefined;
  resolve();
  for (let i = 0; i < 100 && (await fresh.get('a')) === '1'; i++) await delay(20);
  t.is(await fresh.get('a'), '2');
});
