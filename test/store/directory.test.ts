import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { DirectoryStore } from '../../src/store/directory.ts';
import { DirectoryReader } from '../../src/store/directory-reader.ts';
import { prefixedStore } from '../../src/store/prefixed.ts';
import { saysUnavailable, storeConformance } from './conformance.ts';

const roots: string[] = [];

async function newRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'dropstack-store-'));
  roots.push(root);
  return root;
}

test.after.always(async () => {
  for (const root of roots) await rm(root, { recursive: true, force: true });
});

storeConformance(test, 'directory', async () => DirectoryStore.open(await newRoot()));
storeConformance(test, 'prefixed', async () => {
  const whole = await DirectoryStore.open(await newRoot());
  await whole.put('beside/x', Buffer.from('not of this part'));
  return prefixedStore(whole, 'part/');
});

test('a root that is missing is an outage, not an absence', async (t) => {
  const root = await newRoot();
  const store = await DirectoryStore.open(root);
  await rm(root, { recursive: true });
  t.true(await saysUnavailable(store.stat('a')));
  t.true(await saysUnavailable(store.open('a')));
  t.true(await saysUnavailable(Array.fromAsync(store.list(''))));
  t.true(await saysUnavailable(store.put('a', Buffer.from('x'))));
});

test('a key never leaves the root', async (t) => {
  const store = await DirectoryStore.open(await newRoot());
  for (const key of ['../x', 'a/../../x', '/etc/passwd', '', 'a//b', 'a/.', '.tmp/x', '.lock', 'a\0b']) {
    await t.throwsAsync(store.stat(key), { message: /Not a store key/ }, key);
    await t.throwsAsync(store.put(key, Buffer.from('x')), { message: /Not a store key/ }, key);
  }
});

test('work files are invisible, and those of dead processes go when the store is opened', async (t) => {
  const root = await newRoot();
  await DirectoryStore.open(root);
  await writeFile(join(root, '.tmp', 'young'), 'x');
  await writeFile(join(root, '.tmp', 'old'), 'x');
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  await utimes(join(root, '.tmp', 'old'), longAgo, longAgo);
  const store = await DirectoryStore.open(root);
  t.deepEqual(await Array.fromAsync(store.list('')), []);
  t.deepEqual(await readdir(join(root, '.tmp')), ['young']);
});

test('two stores on one directory agree on who changed a record', async (t) => {
  const root = await newRoot();
  const [a, b] = [await DirectoryStore.open(root), await DirectoryStore.open(root)];
  let info = await a.put('counter', Buffer.from('0'));
  let [won, lost] = [0, 0];
  for (let i = 0; i < 40; i++) {
    const condition = { etag: info?.etag ?? '' };
    const results = await Promise.all([
      a.put('counter', Buffer.from(`a${i}`), condition),
      b.put('counter', Buffer.from(`b${i}`), condition),
    ]);
    const winners = results.filter((result) => result !== undefined);
    won += winners.length;
    lost += results.length - winners.length;
    info = await a.stat('counter');
    t.is(winners[0]?.etag, info?.etag);
  }
  t.deepEqual([won, lost], [40, 40]);
});

test('a reader makes nothing in the directory that it reads', async (t) => {
  const root = await newRoot();
  await writeFile(join(root, 'droplet'), 'bytes');
  const reader = new DirectoryReader(root);
  const object = await reader.open('droplet');
  if (object === undefined) throw new Error('not there');
  t.is(String(await buffer(object.body)), 'bytes');
  t.deepEqual(await readdir(root), ['droplet']);
});
