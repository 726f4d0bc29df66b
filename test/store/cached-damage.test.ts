import { readFile, writeFile } from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import { buffer } from 'node:stream/consumers';
import { until } from '../crash/processes.ts';
import { hash } from '../helpers/tiny.ts';
import { descriptors, filesOf, mebibyte, opened, putObject, read, setUp } from './cached-setup.ts';

const size = mebibyte + 12_345;

/** What a disk does to a file of `length` bytes, the object's own being the first `size` of them. */
const damages = {
  flip: (file: Buffer, at: number) => {
    const place = at % file.length;
    file.writeUInt8(file.readUInt8(place) ^ (1 << (at % 8)), place);
    return file;
  },
  truncate: (file: Buffer, at: number) => file.subarray(0, at % file.length),
  zeroFill: (file: Buffer, at: number) => file.fill(0, at % size),
  zeroPage: (file: Buffer, at: number) => {
    const from = Math.floor((at % size) / 4096) * 4096;
    return file.fill(0, from, Math.min(from + 4096, size));
  },
  extend: (file: Buffer, at: number) => Buffer.concat([file, Buffer.alloc((at % 5000) + 1)]),
  shift: (file: Buffer, at: number) => Buffer.concat([file.subarray((at % 5000) + 1)]),
};

const kinds = fc.constantFrom(...(Object.keys(damages) as (keyof typeof damages)[]));

test('however a file is damaged, its readers get the right bytes, and it is filled again', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'damaged', size);
  const atRest = async (): Promise<string> => {
    await until('it is at rest', () => descriptors(directory).length === 0);
    return filesOf(directory).whole[0] ?? '';
  };
  await read(cache, key);
  await fc.assert(
    fc.asyncProperty(kinds, fc.nat(), fc.nat(size - 1), async (kind, at, start) => {
      const path = await atRest();
      await writeFile(path, damages[kind](await readFile(path), at));
      const before = cache.counters.corruptions;
      t.true((await read(cache, key, { start })).equals(bytes.subarray(start)), `${kind} ${at} ${start}`);
      await atRest();
      t.true((await read(cache, key)).equals(bytes));
      t.is(cache.counters.corruptions, before + 1, `${kind} ${at} ${start}`);
      await read(cache, key);
    }),
    { numRuns: 60 },
  );
  t.is(cache.counters.degraded, 0);
});

test('a damaged block is had from the store by a range, and the blocks before it are not', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'damaged', size);
  await read(cache, key);
  await until('it is at rest', () => descriptors(directory).length === 0);
  const [path = ''] = filesOf(directory).whole;
  await writeFile(path, damages.flip(await readFile(path), 600_000));
  t.true((await read(cache, key)).equals(bytes));
  t.deepEqual(
    remote.opens.map(({ range }) => range),
    [undefined, { start: 2 * 256 * 1024, end: size - 1 }],
  );
  t.deepEqual(filesOf(directory).whole, []);
});

test('while the store is away, damaged bytes are an error, and never given out', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key } = await putObject(remote, 'damaged', size);
  await read(cache, key);
  await until('it is at rest', () => descriptors(directory).length === 0);
  const [path = ''] = filesOf(directory).whole;
  await writeFile(path, damages.flip(await readFile(path), 600_000));
  remote.away = true;
  await t.throwsAsync(read(cache, key), { code: 'unavailable' });
});

test('a file that is damaged under its readers does them no harm', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'damaged', 4 * mebibyte);
  await read(cache, key);
  await until('it is at rest', () => descriptors(directory).length === 0);
  const [path = ''] = filesOf(directory).whole;
  const reading = Array.from({ length: 10 }, () => read(cache, key));
  await writeFile(path, Buffer.alloc(100));
  for (const body of await Promise.all(reading)) t.true(body.equals(bytes));
  t.is(cache.counters.corruptions, 1);
});

test('what changes on its way into the cache fails its readers before their last byte, and does not stay', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'a', 2 * mebibyte);
  const sha256 = hash('sha256', bytes);
  const start = bytes.length - 10;
  remote.way = async function* (body) {
    for await (const chunk of body)
      yield Buffer.concat([chunk.subarray(0, -1), Buffer.from([(chunk.at(-1) ?? 0) ^ 1])]);
  };
  const wrong = [undefined, { start }].map(async (range) => {
    const { body } = await opened(cache, key, range, sha256);
    await t.throwsAsync(buffer(body), { code: 'corrupt', message: /objects\/a/ });
  });
  await Promise.all(wrong);
  await until('it is gone', () => Object.values(filesOf(directory)).flat().length === 0);

  remote.way = undefined;
  for (const range of [undefined, { start }, undefined]) {
    const { body, isRight } = await opened(cache, key, range, sha256);
    t.true(isRight);
    t.true((await buffer(body)).equals(bytes.subarray(range?.start ?? 0)));
  }
});

test('in place of a damaged block a whole read gets bytes that are right, or fails', async (t) => {
  const { remote, directory, cache } = await setUp(t);
  const { key, bytes } = await putObject(remote, 'a', 2 * mebibyte);
  const sha256 = hash('sha256', bytes);
  const damage = async (): Promise<void> => {
    await until('it is at rest', () => descriptors(directory).length === 0);
    const [path = ''] = filesOf(directory).whole;
    await writeFile(path, damages.flip(await readFile(path), 600_000));
  };
  const whole = async (): Promise<Buffer> => buffer((await opened(cache, key, undefined, sha256)).body);
  await whole();
  await damage();
  t.true((await whole()).equals(bytes));
  await whole();
  await damage();
  remote.way = async function* (body) {
    for await (const chunk of body)
      yield Buffer.concat([chunk.subarray(0, -1), Buffer.from([(chunk.at(-1) ?? 0) ^ 1])]);
  };
  await t.throwsAsync(whole(), { message: /has not the hash/ });
});
