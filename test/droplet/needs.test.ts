import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import * as fc from 'fast-check';
import { defaultNeedsLimits, NeedsCollector, type NeedsLimits } from '../../src/droplet/needs-collector.ts';
import { needsKey, needsRecord, needsRecordOf, type ElfNeeds } from '../../src/droplet/needs.ts';
import { sizeClassOf } from '../../src/droplet/size-class.ts';
import { canonicalJson } from '../../src/oci/canonical-json.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { createRecord, readRecord } from '../../src/store/records.ts';
import { tempDir } from '../helpers/temp.ts';
import { rawTar, type RawEntry } from './raw-tar.ts';
import { rewritten, usual } from './rewritten.ts';

const little = library('32-little');
const wide = library('64-big');
const above = {
  needed: ['libbelow.so.1'],
  requires: [{ library: 'libbelow.so.1', versions: ['BELOW_1.0', 'BELOW_1.1'] }],
};
const nothing: ElfNeeds = { machines: [], elfFiles: 0, groups: [], brings: [], unknown: [], unlisted: 0 };

test('files with the same needs come together, and each is there once', (t) => {
  const needs = needsOf(
    { name: './deps/0/lib/libabove.so.3', body: wide },
    { name: 'deps/0/lib/libabove.so', type: '2', link: 'libabove.so.3' },
    { name: 'deps/0/lib/again', type: '1', link: 'deps/0/lib/libabove.so.3' },
    { name: 'app/copy', body: wide, type: '7' },
    { name: 'app/old', body: little, type: '\0', dialect: 'v7' },
    { name: 'app/text', body: 'x'.repeat(100) },
    { name: 'app/empty', body: '' },
  );
  const soname = 'libabove.so.3';
  t.deepEqual(needs, {
    machines: ['i686', 's390x'],
    elfFiles: 3,
    groups: [
      {
        class: 64,
        machine: 's390x',
        ...above,
        files: [
          { path: 'deps/0/lib/libabove.so.3', soname },
          { path: 'app/copy', soname },
        ],
      },
      { class: 32, machine: 'i686', ...above, files: [{ path: 'app/old', soname }] },
    ],
    brings: [],
    unknown: [],
    unlisted: 0,
  });
});

test('tells what the droplet brings itself, by file name and by soname', (t) => {
  const asBelow = renamed(wide, 'libabove.so.3', 'libbelow.so.1');
  t.deepEqual(needsOf({ name: 'app/x.so', body: asBelow }).brings, ['libbelow.so.1']);
  t.deepEqual(needsOf({ name: 'app/lib/libbelow.so.1', body: wide }).brings, ['libbelow.so.1']);
  const cut = wide.subarray(0, 200);
  const files = [
    { name: 'lib/libbelow.so.1', body: cut },
    { name: 'x', body: wide },
  ];
  t.deepEqual(needsOf(...files).brings, ['libbelow.so.1'], 'one that cannot be read');
});

test('neither order nor repetition of needs makes a group of its own', (t) => {
  const other = renamed(wide, 'BELOW_1.0\0BELOW_1.1', 'BELOW_1.1\0BELOW_1.0');
  t.is(needsOf({ name: 'a', body: wide }, { name: 'b', body: other }).groups.length, 1);
  const twice = renamed(wide, 'BELOW_1.1', 'BELOW_1.0');
  t.deepEqual(needsOf({ name: 'a', body: twice }).groups[0]?.requires, [
    { library: 'libbelow.so.1', versions: ['BELOW_1.0'] },
  ]);
});

test('what is not loaded is not counted', (t) => {
  const typed = (type: number): Buffer => {
    const bytes = Buffer.from(wide);
    bytes.writeUInt16BE(type, 16);
    return bytes;
  };
  const entries = [1, 4, 0xfe00].map((type) => ({ name: `type-${type}`, body: typed(type) }));
  t.deepEqual(needsOf(...entries, { name: 'short', body: wide.subarray(0, 63) }), nothing);
  t.is(needsOf({ name: 'program', body: typed(2) }).elfFiles, 1);
});

test('a program that is linked statically needs nothing', (t) => {
  const bytes = Buffer.from(wide);
  bytes.writeUInt16BE(0, 56);
  const [group] = needsOf({ name: 'a', body: bytes }).groups;
  t.like(group, { needed: [], requires: [], files: [{ path: 'a' }] });
});

test('what cannot be read is unknown, with the reason', (t) => {
  const damaged = needsOf({ name: 'app/cut.so', body: wide.subarray(0, 200) });
  t.deepEqual(damaged.unknown, [{ path: 'app/cut.so', problem: 'its ELF tables point outside the file' }]);
  const large = collected([file('a', Buffer.concat([wide, Buffer.alloc(9000)]))], {
    head: 1024,
    beyond: 100,
  });
  t.like(large, { elfFiles: 1, groups: [], unlisted: 0 });
  t.regex(large.unknown[0]?.problem ?? '', /not kept/);
});

test('names that are not UTF-8 are told as well as they can be', (t) => {
  const [group] = needsOf({ name: 'n\xe4me/\xc3\xa4', body: wide }).groups;
  t.deepEqual(
    group?.files.map(({ path }) => path),
    ['n\ufffdme/ä'],
  );
});

test('the lists are bounded, and what they leave out is counted', (t) => {
  const files = Array.from({ length: 600 }, (_, at) =>
    file(`${at}`, at % 2 === 0 ? wide : wide.subarray(0, 200)),
  );
  const short = collected(files, { text: 4000 });
  const listed = listedIn(short);
  t.true(listed > 20 && listed < 100, `${listed} are listed`);
  t.is(short.elfFiles, 600);
  t.is(short.unlisted, 600 - listed);
  t.true(canonicalJson(short).length < 4000 + 200);

  const few = collected(files, { names: 1000 });
  t.true(listedIn(few) > 1 && listedIn(few) < 10);
  t.is(few.unlisted, 600 - listedIn(few));
});

test('a file for which there is no room is the last that is read', (t) => {
  const long = file('long'.repeat(50), wide);
  const needs = collected([file('first', wide), long, file('last', wide)], { text: 300 });
  t.like(needs, { elfFiles: 3, unlisted: 2, groups: [{ files: [{ path: 'first' }] }] });
});

test('the record says it all, in a form that can be read again', async (t) => {
  const odd = renamed(wide, 'libbelow.so.1', '__proto__\0\0\0\0');
  const needs = needsOf(
    { name: 'a', body: odd },
    { name: 'b', body: little },
    { name: 'c', body: wide.subarray(0, 200) },
  );
  const record = needsRecordOf({ needs, bytesIn: 20 * 1024 * 1024 }, 'nodejs');
  t.like(record, { format: 1, buildpack: 'nodejs', sizeClass: 'medium', elfFiles: 3 });
  const store = await DirectoryStore.open(join(await tempDir(t), 'data'));
  const key = needsKey('some-guid', 'a'.repeat(40));
  await createRecord(store, key, needsRecord, record);
  t.deepEqual(await readRecord(store, key, needsRecord), record);
  t.false('buildpack' in needsRecordOf({ needs, bytesIn: 0 }, undefined));
});

test('size classes', (t) => {
  const mebibyte = 1024 * 1024;
  t.deepEqual([0, 16 * mebibyte - 1, 16 * mebibyte, 128 * mebibyte, 1024 * mebibyte].map(sizeClassOf), [
    'small',
    'small',
    'medium',
    'large',
    'huge',
  ]);
});

test('needs do not depend on how the bytes are cut, and no damage makes them throw', (t) => {
  const body = fc.oneof(
    fc
      .record({
        sample: fc.constantFrom(wide, little.subarray(0, 700), little, Buffer.from('\x7fELF')),
        changes: fc.array(fc.tuple(fc.nat({ max: 5000 }), fc.nat({ max: 255 })), { maxLength: 3 }),
      })
      .map(({ sample, changes }) => {
        const bytes = Buffer.from(sample);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        return bytes;
      }),
    fc.constantFrom(Buffer.alloc(0), Buffer.from('\x7f'), Buffer.alloc(3000, '\x7f')),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });
  let listed = 0;
  fc.assert(
    fc.property(fc.array(body, { maxLength: 6 }), sizes, (bodies, chunks) => {
      const tar = rawTar(...bodies.map((bytes, at) => ({ name: `file-${at}`, body: bytes })));
      const { needs } = rewritten(tar, usual).summary;
      t.deepEqual(rewritten(tar, usual, chunks).summary.needs, needs);
      t.is(listedIn(needs) + needs.unlisted, needs.elfFiles);
      listed += listedIn(needs);
    }),
    { numRuns: 300 },
  );
  t.true(listed > 100);
});

function library(name: string): Buffer {
  return readFileSync(new URL(`../layer/fixtures/elf/libabove-${name}.so`, import.meta.url));
}

/** What a droplet with these entries needs. */
function needsOf(...entries: RawEntry[]): ElfNeeds {
  return rewritten(rawTar(...entries), usual).summary.needs;
}

type File = { path: string; body: Buffer };

function file(path: string, body: Buffer): File {
  return { path, body };
}

/** What these files need, as it is known under other bounds than the usual ones. */
function collected(files: readonly File[], limits: Partial<NeedsLimits>): ElfNeeds {
  const collector = new NeedsCollector({ ...defaultNeedsLimits, ...limits });
  for (const { path, body } of files) {
    collector.begin([path], body.length);
    collector.write(body);
  }
  return collector.needs;
}

function listedIn({ groups, unknown }: ElfNeeds): number {
  return groups.flatMap((group) => group.files).length + unknown.length;
}

/** The bytes with another text in the place of one that they hold, as long as it. */
function renamed(bytes: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(bytes);
  copy.write(to, copy.indexOf(from), from.length, 'latin1');
  return copy;
}
