import { readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import * as fc from 'fast-check';
import { testWith } from '../helpers/test-with.ts';
import { parseElf, type Elf } from '../../src/layer/elf.ts';
import { linkageOf, readelf } from './readelf.ts';

const fixtures = fileURLToPath(new URL('fixtures/elf/', import.meta.url));
const made = ['32-little', '32-big', '64-big'].map((name) => `${fixtures}libabove-${name}.so`);
const machineLibraries = libraries('/usr/lib').concat(
  ...readdirSync('/usr/lib', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes('-linux-'))
    .map((entry) => libraries(`/usr/lib/${entry.name}`)),
);
const programs = [realpathSync('/bin/sh'), process.execPath];

const identities = {
  '32-little': { class: 32, endian: 'little', machine: 'i686' },
  '32-big': { class: 32, endian: 'big', machine: 'ppc' },
  '64-big': { class: 64, endian: 'big', machine: 's390x' },
} as const;

for (const [name, identity] of Object.entries(identities)) {
  test(`reads class and byte order ${name}`, (t) => {
    t.deepEqual(parseElf(readFileSync(`${fixtures}libabove-${name}.so`)), {
      ...identity,
      type: 'shared',
      soname: 'libabove.so.3',
      needed: ['libbelow.so.1'],
      provides: ['ABOVE_3'],
      requires: [{ file: 'libbelow.so.1', versions: ['BELOW_1.0', 'BELOW_1.1'] }],
    });
  });
}

/** Part of binutils. In CI it must be there. */
const withReadelf = testWith('readelf');

withReadelf('reads every library of this machine as readelf does', async (t) => {
  const files = [...made, ...machineLibraries, ...programs];
  t.true(files.length > 20);
  const expected = await readelf(files);
  for (const file of files) {
    const elf = parseElf(readFileSync(file));
    t.is(elf?.problem, undefined, file);
    t.deepEqual(elf && linkageOf(elf), expected.get(file), file);
  }
});

test('says which files are not ELF', (t) => {
  const library = readFileSync(made[0] ?? '');
  t.is(parseElf(Buffer.alloc(0)), undefined);
  t.is(parseElf(Buffer.from('#!/bin/sh\n'.repeat(20))), undefined);
  t.is(parseElf(library.subarray(0, 51)), undefined, 'a header of half its length');
  for (const [at, value] of [
    [0, 0x7e],
    [4, 3],
    [5, 0],
  ] as const) {
    const other = Buffer.from(library);
    other[at] = value;
    t.is(parseElf(other), undefined, `byte ${at}`);
  }
});

test('says what is wrong with a library that was cut off', (t) => {
  const library = readFileSync(made[2] ?? '');
  const elf = parseElf(library.subarray(0, 200));
  t.is(elf?.machine, 's390x');
  t.regex(elf?.problem ?? '', /outside the file/);
});

test('leaves out what a file needs only weakly', (t) => {
  const library = readFileSync(made[2] ?? '');
  const needed = Buffer.alloc(4);
  needed.writeUInt32BE(elfHash('BELOW_1.0'));
  library.writeUInt16BE(2, library.indexOf(needed) + 4);
  t.deepEqual(parseElf(library)?.requires, [{ file: 'libbelow.so.1', versions: ['BELOW_1.1'] }]);
});

test('gives up on a chain of versions without an end', (t) => {
  const library = readFileSync(made[2] ?? '');
  const chain = Buffer.alloc(1 << 20, Buffer.from([0, 0, 0, 4]));
  const bytes = Buffer.concat([library, chain]);
  const firstSegment = Number(bytes.readBigUInt64BE(32));
  bytes.writeBigUInt64BE(BigInt(bytes.length), firstSegment + 32);
  const definitions = bytes.indexOf(Buffer.from([0, 0, 0, 0, 0x6f, 0xff, 0xff, 0xfc]));
  bytes.writeBigUInt64BE(BigInt(library.length), definitions + 8);
  const elf = parseElf(bytes);
  t.regex(elf?.problem ?? '', /more ELF names/);
  t.is(elf?.soname, 'libabove.so.3');
});

test('no damage makes it throw, run on or make things up', (t) => {
  const samples = [...made, ...machineLibraries.filter((file) => statSync(file).size < 100_000).slice(0, 20)];
  const damage = fc.record({
    file: fc.constantFrom(...samples),
    changes: fc.array(fc.record({ at: fc.nat(), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }), {
      minLength: 1,
      maxLength: 12,
    }),
    // Most damage must hit the tables, which lie at the start, to be of interest.
    reach: fc.constantFrom(64, 1024, 8192, Infinity),
    length: fc.option(fc.nat(), { nil: undefined, freq: 4 }),
  });
  fc.assert(
    fc.property(damage, ({ file, changes, reach, length }) => {
      const bytes = readFileSync(file);
      for (const change of changes) bytes.set(...placed(change, Math.min(reach, bytes.length)));
      const cut = length === undefined ? bytes : bytes.subarray(0, length % bytes.length);
      const elf = parseElf(cut);
      for (const name of elf === undefined ? [] : namesOf(elf))
        t.true(cut.includes(Buffer.from(name)) || name.includes('\uFFFD'));
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (rest) => {
      const bytes = Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]), rest]);
      t.is(parseElf(bytes) === undefined, bytes.length < 64);
    }),
  );
});

/** By which version tables find a name (System V ABI, "Hash Table"). */
function elfHash(name: string): number {
  let hash = 0;
  for (const byte of Buffer.from(name)) {
    hash = (hash & 0x0fffffff) * 16 + byte;
    hash = (hash ^ ((hash >>> 24) & 0xf0)) & 0x0fffffff;
  }
  return hash;
}

function placed(change: { at: number; bytes: Uint8Array }, reach: number): [Uint8Array, number] {
  const at = change.at % reach;
  return [change.bytes.subarray(0, reach - at), at];
}

function namesOf(elf: Elf): string[] {
  const required = elf.requires.flatMap(({ file, versions }) => [file, ...versions]);
  return [...elf.needed, ...elf.provides, ...required, elf.soname ?? ''];
}

/** The libraries directly in `directory`, each file once. */
function libraries(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => /\.so(?:\.|$)/.test(name));
  const files = names
    .map((name) => `${directory}/${name}`)
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile());
  const elves = files.filter((file) => readFileSync(file).subarray(1, 4).toString() === 'ELF');
  return [...new Set(elves.map((file) => realpathSync(file)))];
}
