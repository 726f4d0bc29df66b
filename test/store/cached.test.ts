import { once } from 'node:events';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { CachedStore } from '../../src/store/cached.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { tempDir } from '../helpers/temp.ts';
import { until } from '../crash/processes.ts';
import {
  bytesOnDisk,
  descriptors,
  filesOf,
  mebibyte,
  opened,
  putObject,
  read,
  setUp,
} from './cached-setup.ts';
import { saysUnavailable, storeConformance } from './conformance.ts';
import { endsAfter, failsAfter, Gate } from './shaky-store.ts';

const stack = new AsyncDisposableStack();
test.after.always(async () => stack.disposeAsync());

const newStore = async (caches?: () => boolean): Promise<CachedStore> => {
  const remote = await DirectoryStore.open(await tempDir(stack));
  const options = { directory: await tempDir(stack), maxBytes: 1e9, ...(caches && { caches }) };
  return CachedStore.open(remote, options);
};
storeConformance(test, 'cached', () => newStore(() => true));
storeConformance(test, 'cached, passing through', () => newStore());

test('fifty readers at once of what is not here: one fill, and exact bytes for each', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'crowd', 5 * mebibyte + 7);
  const objects = await Promise.all(Array.from({ length: 50 }, () => opened(cache, key)));
  t.is(descriptors(directory).length, 1, 'they share a descriptor');
  for (const body of await Promise.all(objects.map((object) => buffer(object.body))))
    t.true(body.equals(bytes));
  t.deepEqual(objects[7]?.info, await remote.stat(key));
  t.is(remote.opens.length, 1);
  await until('the fill ends', () => filesOf(directory).whole.length === 1);
  t.true((await read(cache, key)).equals(bytes));
  t.is(remote.opens.length, 1);
  const { hits, misses, bytesFromCache, bytesFromRemote } = cache.counters;
  t.deepEqual([hits, misses, bytesFromRemote], [50, 1, bytes.length]);
  t.is(bytesFromCache, 51 * bytes.length);
  await until('all is closed', () => descriptors(directory).length === 0);
  t.deepEqual(filesOf(directory).growing, []);
  t.is(cache.bytes, bytesOnDisk(directory));
});

test('ranges of what is not here, is coming, and is here', async (t) => {
  const { remote, cache } = await setUp(t);
  const size = 2 * mebibyte + 3;
  const ranges = [
    { start: 0 },
    { start: 5, end: 5 },
    { start: 262_143, end: 262_144 },
    { start: size - 1 },
    { start: 1000, end: size + 1000 },
    { start: size },
    { start: 262_144, end: 2 * 262_144 - 1 },
  ];
  for (const [i, range] of ranges.entries()) {
    const { key, bytes } = await putObject(remote, `range-${i}`, size);
    const expected = bytes.subarray(range.start, range.end === undefined ? size : range.end + 1);
    const together = await Promise.all([read(cache, key, range), read(cache, key, range), read(cache, key)]);
    together.push(await read(cache, key, range));
    for (const [j, body] of together.entries()) t.true(body.equals(j === 2 ? bytes : expected), `${i} ${j}`);
  }
  t.is(remote.opens.length, ranges.length);
});

test('readers get what is there while the rest is coming', async (t) => {
  const { remote, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'growing', 2 * mebibyte);
  const gate = new Gate();
  remote.way = gate.way;
  const first = await opened(cache, key);
  gate.allow(300_000);
  const chunks = first.body[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let got = 0;
  while (got < 300_000) got += (await chunks.next()).value?.length ?? 0;
  const later = read(cache, key, { start: mebibyte, end: mebibyte + 9 });
  t.is(String(await read(cache, key, { start: 10, end: 99 })), String(bytes.subarray(10, 100)));
  gate.allow(2 * mebibyte);
  t.deepEqual(await later, bytes.subarray(mebibyte, mebibyte + 10));
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next())
    got += next.value.length;
  t.is(got, bytes.length);
  t.is(remote.opens.length, 1);
});

test('a range far ahead of the fill is read from the store, and waits for nothing', async (t) => {
  const { remote, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'far', 20 * mebibyte);
  const range = { start: 18 * mebibyte, end: 18 * mebibyte + 99 };
  const expected = bytes.subarray(range.start, range.end + 1);
  t.deepEqual(await read(cache, key, range), expected);
  t.deepEqual(
    remote.opens.map((open) => open.range),
    [range],
    'and begins no fill',
  );
  remote.way = new Gate().way;
  const waiting = await opened(cache, key);
  remote.way = undefined;
  t.deepEqual(await read(cache, key, range), expected);
  waiting.body.destroy();
});

test('a fill stops when its last reader leaves before the half, and not before', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'left', 2 * mebibyte);
  const gate = new Gate();
  remote.way = gate.way;
  const [first, second] = [await opened(cache, key), await opened(cache, key)];
  gate.allow(300_000);
  await once(first.body, 'readable');
  await once(second.body, 'readable');
  first.body.destroy();
  await until('the first one is gone', () => first.body.closed);
  t.false(remote.opens[0]?.body?.destroyed);
  second.body.destroy();
  await until('the fill stops', () => remote.opens[0]?.body?.destroyed === true);
  gate.allow(0);
  const third = await opened(cache, key);
  t.is(remote.opens.length, 2, 'it begins anew');
  gate.allow(2 * mebibyte);
  t.true((await buffer(third.body)).equals(bytes));
  await until('only that one is here', () => filesOf(directory).growing.length === 0);
  t.is(bytesOnDisk(directory), cache.bytes);
  t.is(cache.counters.degraded, 0);
});

test('a fill goes on without readers after the half', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'half', 2 * mebibyte);
  const gate = new Gate();
  remote.way = gate.way;
  gate.allow(mebibyte + 200_000);
  const { body } = await opened(cache, key, { start: mebibyte + 100_000 });
  await once(body, 'readable');
  body.destroy();
  await until('it is gone', () => body.closed);
  gate.allow(2 * mebibyte);
  await until('it is whole', () => filesOf(directory).whole.length === 1);
  remote.away = true;
  t.true((await read(cache, key)).equals(bytes));
});

test('a slow reader holds up nobody, and holds one block', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'slow', 8 * mebibyte);
  const slow = await opened(cache, key);
  await once(slow.body, 'readable');
  t.true((await read(cache, key)).equals(bytes));
  await until('the fill ends', () => filesOf(directory).whole.length === 1);
  t.true(slow.body.readableLength <= 256 * 1024);
  t.true((await buffer(slow.body)).equals(bytes));
});

for (const [what, way] of [
  ['breaks', failsAfter(mebibyte + 5)],
  ['is short', endsAfter(mebibyte + 5)],
  ['is empty', endsAfter(0)],
  ['breaks at its end', failsAfter(2 * mebibyte)],
  [
    'is too long',
    async function* (bytes: AsyncIterable<Buffer>) {
      yield* bytes;
      yield Buffer.from('x');
    },
  ],
] as const) {
  test(`a fill whose body ${what} fails its readers, and leaves nothing`, async (t) => {
    const { remote, directory, cache } = await setUp(t);
    const { key, bytes } = await putObject(remote, 'broken', 2 * mebibyte);
    remote.way = way;
    const slow = await opened(cache, key);
    const results = await Promise.all([1, 2, 3].map(() => saysUnavailable(read(cache, key))));
    t.deepEqual(results, [true, true, true]);
    t.true(await saysUnavailable(buffer(slow.body)));
    await until('all is given up', () => bytesOnDisk(directory) + cache.bytes === 0);
    t.deepEqual(filesOf(directory), { whole: [], growing: [] });
    remote.way = undefined;
    t.true((await read(cache, key)).equals(bytes));
    t.is(cache.counters.degraded, 0);
  });
}

test('what streams past the cache is never short either', async (t) => {
  const { remote, cache } = await setUp(t, { maxBytes: mebibyte });
  const { key } = await putObject(remote, 'broken', 2 * mebibyte);
  for (const way of [failsAfter(mebibyte), endsAfter(mebibyte), endsAfter(0)]) {
    remote.way = way;
    t.true(await saysUnavailable(read(cache, key)));
    t.true(await saysUnavailable(read(cache, key, { start: 1 })));
  }
});

test('while the store is away what is here is served, and all else is unavailable', async (t) => {
  const { remote, open, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'here', mebibyte);
  const info = await remote.stat(key);
  await read(cache, key);
  await cache.close();
  remote.away = true;
  const again = await open();
  t.true((await read(again, key)).equals(bytes));
  t.deepEqual(await read(again, key, { start: 9, end: 20 }), bytes.subarray(9, 21));
  t.deepEqual(await again.stat(key), info);
  t.true(await saysUnavailable(again.open('v1/objects/other')));
  t.true(await saysUnavailable(again.stat('v1/objects/other')));
  t.true(await saysUnavailable(again.open('v1/stacks/x.json')));
  remote.away = false;
  t.is(await again.open('v1/objects/other'), undefined);
  t.is(await again.stat('v1/objects/other'), undefined);
});

test('what is here is served when the store has it no more, until it is removed through the cache', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'gone', mebibyte);
  await read(cache, key);
  await remote.remove(key);
  const reading = await opened(cache, key);
  await cache.remove(key);
  t.is(await cache.open(key), undefined);
  t.is(await cache.stat(key), undefined);
  t.true(cache.bytes > mebibyte, 'a reader still has it');
  t.true((await buffer(reading.body)).equals(bytes));
  await until('it is closed', () => cache.bytes === 0);
  t.is(bytesOnDisk(directory), 0);
});

test('an object that is removed while it comes is not kept', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'leaving', mebibyte);
  const gate = new Gate();
  remote.way = gate.way;
  const reading = await opened(cache, key);
  await cache.remove(key);
  gate.allow(mebibyte);
  t.true((await buffer(reading.body)).equals(bytes));
  await until('it is closed', () => cache.bytes === 0);
  t.deepEqual(filesOf(directory), { whole: [], growing: [] });
  t.is(cache.counters.degraded, 0);
});

test('only what never changes is kept', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  await cache.put('v1/stacks/a.json', Buffer.from('{}'));
  t.is(String(await read(cache, 'v1/stacks/a.json')), '{}');
  await cache.put('v1/objects/put', Buffer.from('bytes'));
  t.is(remote.opens.length, 1);
  t.deepEqual(filesOf(directory), { whole: [], growing: [] });
});

test('what was not used for longest goes first, also after a restart', async (t) => {
  const { remote, directory, open, cache } = await setUp(t, { maxBytes: 3.5 * mebibyte });
  const objects: { key: string }[] = [];
  for (const name of ['a', 'b', 'c', 'd']) objects.push(await putObject(remote, name, mebibyte));
  const touch = async (store: CachedStore, i: number): Promise<number> => {
    const before = remote.opens.length;
    await read(store, objects[i]?.key ?? '');
    await until('it is at rest', () => descriptors(directory).length === 0);
    return remote.opens.length - before;
  };
  for (const i of [0, 1, 2, 0]) await touch(cache, i);
  t.is(await touch(cache, 3), 1);
  t.is(cache.counters.evictions, 1);
  t.deepEqual([await touch(cache, 0), await touch(cache, 2)], [0, 0], 'the second one went');
  await cache.close();
  // Times of files are told a minute apart.
  const { whole } = filesOf(directory);
  for (const path of whole) await utimes(path, new Date(), new Date(Date.now() - 3_600_000));
  const second = await open();
  await touch(second, 2);
  await touch(second, 3);
  await second.close();
  const third = await open({ maxBytes: 2.5 * mebibyte });
  t.true(third.bytes < 2.5 * mebibyte);
  t.deepEqual([await touch(third, 2), await touch(third, 3), await touch(third, 0)], [0, 0, 1]);
});

test('what is read is not evicted, and what then finds no room is streamed', async (t) => {
  const { remote, directory, cache } = await setUp(t, { maxBytes: 2.5 * mebibyte });
  const [a, b, c] = [
    await putObject(remote, 'a', mebibyte),
    await putObject(remote, 'b', mebibyte),
    await putObject(remote, 'c', mebibyte),
  ];
  const readers = [await opened(cache, a.key), await opened(cache, b.key)];
  t.true((await read(cache, c.key)).equals(c.bytes));
  t.is(remote.opens.length, 3, 'with the body that was open already');
  t.deepEqual(await read(cache, c.key, { start: 5, end: 9 }), c.bytes.subarray(5, 10));
  t.deepEqual([cache.counters.degraded, cache.counters.evictions], [2, 0]);
  t.true(bytesOnDisk(directory) <= 2.5 * mebibyte);
  t.true((await buffer(readers[0]?.body ?? process.stdin)).equals(a.bytes));
  t.true((await buffer(readers[1]?.body ?? process.stdin)).equals(b.bytes));
  await until('they are at rest', () => descriptors(directory).length === 0);
  t.true((await read(cache, c.key)).equals(c.bytes));
  t.is(cache.counters.evictions, 1);
});

test('what is larger than the cache is streamed, and costs nobody a place', async (t) => {
  const { remote, directory, cache } = await setUp(t, { maxBytes: 2 * mebibyte });
  const small = await putObject(remote, 'small', mebibyte);
  await read(cache, small.key);
  const { key, bytes } = await putObject(remote, 'large', 2 * mebibyte);
  const all = await Promise.all([read(cache, key), read(cache, key), read(cache, key, { start: 3 })]);
  t.deepEqual(
    all.map((body) => body.length),
    [bytes.length, bytes.length, bytes.length - 3],
  );
  t.true(all.slice(0, 2).every((body) => body.equals(bytes)));
  t.is(filesOf(directory).whole.length, 1);
  t.is(cache.counters.evictions, 0);
  t.true(remote.opens.slice(1).every(({ body }) => body?.destroyed));
});

test('a directory is one cache’s alone', async (t) => {
  const { directory, open, cache } = await setUp(t);
  await t.throwsAsync(open(), {
    code: 'conflict',
    message: new RegExp(`${directory}.*another process uses it`),
  });
  await cache.close();
  await t.notThrowsAsync(open());
});

test('what a dead process left half done goes when the cache is opened', async (t) => {
  const { directory, open, cache } = await setUp(t);
  await cache.close();
  await writeFile(join(directory, '.dropstack-tmp', 'half'), 'x');
  const again = await open();
  t.deepEqual(filesOf(directory), { whole: [], growing: [] });
  t.is(again.bytes, 0);
});

test('a directory that cannot be had is said to be unavailable', async (t) => {
  const file = join(await tempDir(t), 'file');
  await writeFile(file, '');
  await t.throwsAsync(setUp(t, { directory: file }), { code: 'unavailable', message: /the cache/ });
});

test('a directory that goes away is no reader’s trouble, and is left alone for a while', async (t) => {
  const faults: unknown[] = [];
  const { remote, directory, cache } = await setUp(t, { onFault: (error) => faults.push(error) });
  const [a, b] = [await putObject(remote, 'a', mebibyte), await putObject(remote, 'b', mebibyte)];
  await read(cache, a.key);
  await until('it is at rest', () => descriptors(directory).length === 0);
  await rm(directory, { recursive: true });
  for (let i = 0; i < 3; i++) {
    t.true((await read(cache, a.key)).equals(a.bytes));
    t.true((await read(cache, b.key)).equals(b.bytes));
  }
  t.is(faults.length, 1);
  t.is(cache.counters.degraded, 6);
  t.is(cache.bytes, 0);
});
