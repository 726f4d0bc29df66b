/** A process that dies, by kill -9 at any moment, and a disk that is full: the cache is never wrong, nor too large. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import plain from 'ava';
import { CachedStore } from '../../src/store/cached.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { hasCode } from '../../src/store/directory-reader.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import {
  bytesOnDisk,
  descriptors,
  filesOf,
  mebibyte,
  opened,
  putObject,
  read,
  setUp,
} from '../store/cached-setup.ts';
import { Gate } from '../store/shaky-store.ts';
import type { readForEver } from './cache-worker.ts';
import { moments } from './moments.ts';
import { until } from './processes.ts';

const withRoot = testWith('root');

/** `readForEver` in a process of its own; answers how to kill it. */
async function worker(...args: Parameters<typeof readForEver>): Promise<() => Promise<void>> {
  const module = join(import.meta.dirname, 'cache-worker.ts');
  const script = `const { readForEver } = await import(${JSON.stringify(module)});
    await readForEver(...${JSON.stringify(args)});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.stdout.resume();
  return async () => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
}

plain.serial('killed while it fills, evicts and reads, a cache opens again with what is right', async (t) => {
  const remote = await tempDir(t);
  const store = await DirectoryStore.open(remote);
  const objects = [];
  for (let i = 0; i < 12; i++) objects.push(await putObject(store, `object-${i}`, (i + 1) * 300_000));
  const [directory, maxBytes] = [await tempDir(t), 10 * mebibyte];
  let kept = 0;
  for (const { ms, about } of moments(0, 600, 12)) {
    const kill = await worker(remote, directory, maxBytes);
    // Whenever it is killed it must come out well: this only spreads the moments.
    await new Promise((resolve) => setTimeout(resolve, ms));
    await kill();
    t.true(bytesOnDisk(directory) <= maxBytes, about);
    const cache = await CachedStore.open(store, { directory, maxBytes });
    t.deepEqual(filesOf(directory).growing, [], about);
    t.is(cache.bytes, bytesOnDisk(directory), about);
    for (const { key, bytes } of objects) t.true((await read(cache, key)).equals(bytes), about);
    t.is(cache.counters.corruptions, 0, about);
    kept += cache.counters.hits;
    await until('it is at rest', () => descriptors(directory).length === 0);
    await cache.close();
  }
  t.true(kept > 0, 'it kept something');
});

/** Takes all that a disk has left, of which others may take some meanwhile. */
async function fillUp(disk: string): Promise<void> {
  const { bfree, bsize } = await statfs(disk);
  await writeFile(join(disk, 'other'), Buffer.alloc(bfree * bsize)).catch((error: unknown) => {
    if (!hasCode(error, 'ENOSPC')) throw error;
  });
}

withRoot('a disk that others fill in the middle of a fill is no reader’s trouble', async (t) => {
  const disk = await smallDisk(t, 8);
  const faults: unknown[] = [];
  const options = {
    directory: join(disk, 'cache'),
    pause: 0,
    onFault: (error: unknown) => faults.push(error),
  };
  const { remote, directory, cache } = await setUp(t, options);
  const small = await putObject(remote, 'small', mebibyte);
  await read(cache, small.key);
  const { key, bytes } = await putObject(remote, 'large', 6 * mebibyte);
  const gate = new Gate();
  remote.way = gate.way;
  const slow = await opened(cache, key);
  const readers = [{ start: 0 }, { start: 3 * mebibyte }, { start: 5 * mebibyte, end: 5 * mebibyte + 99 }];
  const reading = Promise.all(readers.map((range) => read(cache, key, range)));
  gate.allow(2 * mebibyte);
  await until('a part is here', () => bytesOnDisk(directory) >= 3 * mebibyte);
  await fillUp(disk);
  remote.way = undefined;
  gate.allow(6 * mebibyte);
  const [all, half, end] = await reading;
  t.true(all?.equals(bytes));
  t.true(half?.equals(bytes.subarray(3 * mebibyte)));
  t.true(end?.equals(bytes.subarray(5 * mebibyte, 5 * mebibyte + 100)));
  t.regex(String(faults), /ENOSPC/);
  t.true(bytesOnDisk(directory) < 2 * mebibyte, 'a slow reader keeps no place on the disk');
  t.true((await buffer(slow.body)).equals(bytes));
  t.deepEqual(filesOf(directory).growing, []);

  const before = remote.opens.length;
  t.true((await read(cache, small.key)).equals(small.bytes));
  t.is(remote.opens.length, before, 'what is here is served from here');
  t.deepEqual([cache.counters.corruptions, cache.counters.degraded], [0, 1]);

  await rm(join(disk, 'other'));
  t.true((await read(cache, key)).equals(bytes));
  await until('it is here once there is room', () => filesOf(directory).whole.length === 2);
});

withRoot('nothing is filled for a while after the disk has failed', async (t) => {
  const disk = await smallDisk(t, 8);
  const { remote, directory, cache } = await setUp(t, { directory: join(disk, 'cache'), pause: 3_600_000 });
  const { key, bytes } = await putObject(remote, 'object', 2 * mebibyte);
  const gate = new Gate();
  remote.way = gate.way;
  const reading = read(cache, key);
  gate.allow(mebibyte);
  await until('a part is here', () => bytesOnDisk(directory) >= mebibyte / 2);
  await fillUp(disk);
  gate.allow(2 * mebibyte);
  t.true((await reading).equals(bytes));
  await rm(join(disk, 'other'));
  t.true((await read(cache, key)).equals(bytes));
  t.is(bytesOnDisk(directory), 0);
  t.is(cache.counters.degraded, 2);
});

withRoot('a disk that is smaller than the cache may be is used as far as it goes', async (t) => {
  const disk = await smallDisk(t, 8);
  const { remote, directory, cache } = await setUp(t, { directory: join(disk, 'cache') });
  const objects = [];
  for (let i = 0; i < 12; i++) objects.push(await putObject(remote, `object-${i}`, 1.5 * mebibyte));
  for (const { key, bytes } of [...objects, ...objects]) {
    t.true((await read(cache, key)).equals(bytes));
    await until('it is at rest', () => descriptors(directory).length === 0);
  }
  t.true(cache.counters.evictions > 10, 'what is new replaces what is old');
  const large = await putObject(remote, 'large', 9 * mebibyte);
  t.true((await read(cache, large.key)).equals(large.bytes));
  t.is(cache.counters.degraded, 1);
  const before = remote.opens.length;
  await read(cache, objects.at(-1)?.key ?? '');
  t.is(remote.opens.length, before, 'what cannot fit replaces nothing');
});
