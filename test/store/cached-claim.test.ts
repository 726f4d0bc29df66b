import { writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { CacheDirectory, nameOf } from '../../src/store/cached/cache-directory.ts';
import { Claim } from '../../src/store/cached/claim.ts';
import type { Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';

const size = 64 * 1024;
const name = nameOf('an object');

/** A directory with room for one file, which is idle, and whose descriptor somebody is still closing. */
async function beingClosed(owner: Owner) {
  const directory = await CacheDirectory.open(await tempDir(owner), size, () => {});
  await writeFile(directory.pathOf(name), Buffer.alloc(size));
  directory.room.add(name, size);
  const { promise, resolve } = Promise.withResolvers<void>();
  const ended = Claim.hold(directory, name)?.end(promise);
  return { directory, close: resolve, ended };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await setImmediate();
}

test('an evicted file gives up its room when it is open no more', async (t) => {
  const { directory, close, ended } = await beingClosed(t);
  let reserved: boolean | undefined;
  const reserving = directory.room.reserve(size).then((done) => (reserved = done));
  await turns();
  t.is(reserved, undefined);
  close();
  t.true(await reserving);
  await ended;
  t.is(directory.room.bytes, size);
  directory.close();
});

test('so does one that was held again, and is dropped', async (t) => {
  const { directory, close, ended } = await beingClosed(t);
  const again = Claim.hold(directory, name);
  again?.drop();
  const gone = again?.end(Promise.resolve());
  await turns();
  t.is(directory.room.bytes, size);
  close();
  await Promise.all([gone, ended]);
  t.is(directory.room.bytes, 0);
  directory.close();
});
