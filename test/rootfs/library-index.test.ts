import { readFileSync } from 'node:fs';
import test from 'ava';
import { lackOf, type LibraryWant } from '../../src/rootfs/lack.ts';
import { indexLibraries } from '../../src/rootfs/library-index.ts';
import { contentsOfEntries, type Entry } from './contents/layer-tar.ts';

const above = readFileSync(new URL('../layer/fixtures/elf/libabove-64-big.so', import.meta.url));
const identity = { class: 64, machine: 's390x' } as const;

const link = (name: string, linkname: string): Entry => ({ name, type: 'symlink', linkname });

/** As Debian lays it out: `lib` is a symlink, and those to libraries are absolute and relative. */
const merged: Entry[] = [
  { name: 'usr/lib/' },
  link('lib', 'usr/lib'),
  { name: 'usr/lib/libabove.so.3.1.4', body: above },
  link('usr/lib/libabove.so.3', 'libabove.so.3.1.4'),
  link('usr/lib/libalias.so.1', '/etc/alternatives/libalias'),
  link('etc/alternatives/libalias', '/lib/libabove.so.3.1.4'),
  { name: 'usr/lib/twice.so', type: 'link', linkname: 'usr/lib/libabove.so.3.1.4' },
  link('usr/lib/libnowhere.so.1', '../../missing'),
  link('usr/lib/libcircle.so.1', 'libcircle.so.1'),
  link('usr/lib/libfolder.so.1', '/usr/lib'),
  { name: 'usr/lib/libtext.so.1', body: 'INPUT(libabove.so.3)' },
];

const names: [name: string, found: boolean][] = [
  ['libabove.so.3', true],
  ['libabove.so.3.1.4', true],
  ['libalias.so.1', true],
  ['twice.so', true],
  ['libabove.so', false],
  ['libnowhere.so.1', false],
  ['libcircle.so.1', false],
  ['libfolder.so.1', false],
  ['libtext.so.1', false],
  ['constructor', false],
];

test('a library is found by its soname, its file names and the names of symlinks', async (t) => {
  const index = indexLibraries(await contentsOfEntries(merged));
  for (const [library, found] of names) {
    t.deepEqual(
      lackOf(index, { ...identity, library, versions: ['ABOVE_3'] }),
      found ? undefined : [],
      library,
    );
  }
});

test('a library of another machine or class is none', async (t) => {
  const index = indexLibraries(await contentsOfEntries(merged));
  const want: LibraryWant = { ...identity, library: 'libabove.so.3', versions: [] };
  t.is(lackOf(index, want), undefined);
  t.deepEqual(lackOf(index, { ...want, machine: 'x86_64' }), []);
  t.deepEqual(lackOf(index, { ...want, class: 32 }), []);
});

test('what is hidden by a layer above is not there', async (t) => {
  const contents = await contentsOfEntries(merged, [{ name: 'usr/lib/.wh.libabove.so.3.1.4' }]);
  const want: LibraryWant = { ...identity, library: 'libalias.so.1', versions: [] };
  t.deepEqual(lackOf(indexLibraries(contents), want), []);
  t.is(lackOf(indexLibraries(contents), { ...want, library: 'twice.so' }), undefined);
});

test('of a library that could not be read nothing is said to be missing', async (t) => {
  const damaged = Buffer.from(above);
  // Its program headers, and with them all names, are said to lie far outside.
  damaged.writeUInt32BE(0x7fffffff, 36);
  const contents = await contentsOfEntries([
    { name: 'lib/libdamaged.so.1', body: damaged },
    link('lib/libdamaged.so', 'libdamaged.so.1'),
  ]);
  t.is(contents.unknown.length, 1);
  const index = indexLibraries(contents);
  for (const library of ['libdamaged.so.1', 'libdamaged.so'])
    t.is(lackOf(index, { ...identity, library, versions: ['ANY_1'] }), undefined);
  t.deepEqual(lackOf(index, { ...identity, library: 'libother.so.1', versions: [] }), []);
});
