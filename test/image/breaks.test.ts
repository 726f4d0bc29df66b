import test from 'ava';
import * as fc from 'fast-check';
import type { ElfGroup } from '../../src/droplet/needs.ts';
import { breaksOf, type Break } from '../../src/image/breaks.ts';
import { librariesKey } from '../../src/image/libraries-key.ts';
import type { IndexedLibrary, LibraryIndex } from '../../src/rootfs/library-index.ts';

const x64 = { class: 64, machine: 'x86_64' } as const;
const i686 = { class: 32, machine: 'i686' } as const;

type Listed = Record<string, IndexedLibrary[]>;

function rootfs(libraries: Listed): LibraryIndex {
  return { byName: new Map(Object.entries(libraries)), unread: new Set() };
}

function group(
  files: string[],
  needed: string[],
  requires: Record<string, string[]> = {},
  identity: { class: 32 | 64; machine: string } = x64,
): ElfGroup {
  return {
    ...identity,
    needed,
    requires: Object.entries(requires).map(([library, versions]) => ({ library, versions })),
    files: files.map((path) => ({ path })),
  };
}

const ssl = group(['app/bin/tls'], ['libc.so.6', 'libssl.so.3'], {
  'libc.so.6': ['GLIBC_2.34'],
  'libssl.so.3': ['OPENSSL_3.0.0'],
});
const libc = { 'libc.so.6': [{ ...x64, versions: ['GLIBC_2.2.5', 'GLIBC_2.34'] }] };
const full = rootfs({ ...libc, 'libssl.so.3': [{ ...x64, versions: ['OPENSSL_3.0.0'] }] });
const none = { breaks: [], already: [] };

function broken(library: string, versions: string[], files: string[], count = files.length): Break {
  return { library, ...x64, versions, files, count };
}

test('a rootfs that has everything breaks nothing', (t) => {
  t.deepEqual(breaksOf({ groups: [ssl], brings: [] }, full), none);
  t.deepEqual(breaksOf({ groups: [], brings: [] }, rootfs({})), none);
});

test('a library that is missing is named with its files, and one that lost a version with that', (t) => {
  const droplet = { groups: [ssl], brings: [] };
  const lost = broken('libssl.so.3', ['OPENSSL_3.0.0'], ['app/bin/tls']);
  const gone = { ...lost, versions: [] };
  t.deepEqual(breaksOf(droplet, rootfs(libc), full), { breaks: [gone], already: [] });
  const other = rootfs({ ...libc, 'libssl.so.3': [{ ...x64, versions: ['OPENSSL_3.2.0'] }] });
  t.deepEqual(breaksOf(droplet, other, full), { breaks: [lost], already: [] });
  t.deepEqual(breaksOf(droplet, other), { breaks: [lost], already: [] }, 'without another to compare');
});

test('what both lack breaks nothing', (t) => {
  const droplet = { groups: [ssl], brings: [] };
  const gone = broken('libssl.so.3', [], ['app/bin/tls']);
  t.deepEqual(breaksOf(droplet, rootfs(libc), rootfs(libc)), { breaks: [], already: [gone] });
  const older = rootfs({ ...libc, 'libssl.so.3': [{ ...x64, versions: [] }] });
  const still = { ...gone, versions: ['OPENSSL_3.0.0'] };
  t.deepEqual(
    breaksOf(droplet, older, rootfs(libc)),
    { breaks: [], already: [still] },
    'it came, incomplete',
  );
  t.deepEqual(breaksOf(droplet, rootfs(libc), older), { breaks: [gone], already: [] }, 'it went altogether');
});

test('of the versions that are lacking, those that were there break', (t) => {
  const groups = [group(['a'], [], { 'libx.so.1': ['X_1', 'X_2', 'X_3'] })];
  const [to, from] = [['X_1'], ['X_1', 'X_2']].map((versions) =>
    rootfs({ 'libx.so.1': [{ ...x64, versions }] }),
  );
  t.deepEqual(breaksOf({ groups, brings: [] }, to ?? full, from), {
    breaks: [broken('libx.so.1', ['X_2'], ['a'])],
    already: [broken('libx.so.1', ['X_3'], ['a'])],
  });
});

test('what a droplet brings is not asked of the rootfs, nor are its versions', (t) => {
  t.deepEqual(breaksOf({ groups: [ssl], brings: ['libssl.so.3'] }, rootfs(libc)), none);
  const { breaks } = breaksOf({ groups: [ssl], brings: ['libssl.so.3'] }, rootfs({}));
  t.deepEqual(
    breaks.map(({ library }) => library),
    ['libc.so.6'],
  );
});

test('each class and machine wants a library of its own', (t) => {
  const old = group(['app/old'], ['libc.so.6'], {}, i686);
  const { breaks } = breaksOf({ groups: [ssl, old], brings: [] }, full, full);
  t.deepEqual(breaks, []);
  const { already } = breaksOf({ groups: [ssl, old], brings: [] }, full, full);
  t.deepEqual(already, [{ library: 'libc.so.6', ...i686, versions: [], files: ['app/old'], count: 1 }]);
});

test('the loader is wanted as any library is', (t) => {
  const loader = 'ld-linux-x86-64.so.2';
  const groups = [group(['lib/tls.so'], [loader], { [loader]: ['GLIBC_2.3'] })];
  const has = rootfs({ [loader]: [{ ...x64, versions: ['GLIBC_2.2.5', 'GLIBC_2.3'] }] });
  t.deepEqual(breaksOf({ groups, brings: [] }, has), none);
  t.deepEqual(breaksOf({ groups, brings: [] }, rootfs({})).breaks, [broken(loader, [], ['lib/tls.so'])]);
});

test('many files are counted, and a few named; libraries are sorted', (t) => {
  const files = Array.from({ length: 9 }, (_, i) => `app/${i}`);
  const groups = [
    group(files, ['libz.so.1']),
    group(['b'], ['libz.so.1', 'liba.so.1'], { 'libz.so.1': ['Z_1'] }),
  ];
  t.deepEqual(breaksOf({ groups, brings: [] }, rootfs({})).breaks, [
    broken('liba.so.1', [], ['b']),
    broken('libz.so.1', [], files.slice(0, 5), 10),
  ]);
});

const name = fc.constantFrom('liba.so.1', 'libb.so.1', 'libc.so.6');
const versions = fc.uniqueArray(fc.constantFrom('V_1', 'V_2', 'V_3'));
const identity = fc.constantFrom(x64, i686);
const library = fc.tuple(identity, versions).map(([one, of]) => ({ ...one, versions: of }));
const anyRootfs = fc.dictionary(name, fc.array(library, { minLength: 1, maxLength: 2 })).map(rootfs);
const anyGroup = fc
  .tuple(fc.uniqueArray(fc.string()), fc.uniqueArray(name), fc.dictionary(name, versions), identity)
  .map((parts) => group(...parts));
const anyDroplet = fc.record({ groups: fc.array(anyGroup, { maxLength: 4 }), brings: fc.uniqueArray(name) });

/** What is missing, told one by one: a library and a version of it, or the library itself. */
function told(items: Break[]): string[] {
  const lines = new Set(
    items.flatMap((item) =>
      (item.versions.length === 0 ? [''] : item.versions).map((version) =>
        [item.library, item.class, version].join(' '),
      ),
    ),
  );
  return [...lines].toSorted();
}

test('what breaks and what was broken already are together what is broken', (t) => {
  fc.assert(
    fc.property(anyDroplet, anyRootfs, anyRootfs, (droplet, to, from) => {
      const { breaks, already } = breaksOf(droplet, to, from);
      const all = breaksOf(droplet, to);
      t.deepEqual(all.already, []);
      t.deepEqual(told([...breaks, ...already]), told(all.breaks));
      t.deepEqual(breaksOf(droplet, to, to).breaks, [], 'the same rootfs breaks nothing');
      const intact = breaksOf(droplet, from).breaks.length === 0;
      if (intact) t.deepEqual(breaks, all.breaks, 'where nothing was broken, all that is broken breaks');
    }),
    { numRuns: 1000 },
  );
});

test('whoever brings all it wants breaks nowhere, and wants nothing', (t) => {
  fc.assert(
    fc.property(anyDroplet, anyRootfs, ({ groups }, to) => {
      const brings = groups.flatMap((one) => [...one.needed, ...one.requires.map((item) => item.library)]);
      t.deepEqual(breaksOf({ groups, brings }, to), none);
      t.is(librariesKey({ groups, brings }), librariesKey({ groups: [], brings: [] }));
    }),
  );
});

test('droplets that want the same libraries have one key', (t) => {
  const key = librariesKey({ groups: [ssl], brings: [] });
  t.regex(key, /^[0-9a-f]{16}$/);
  const apart = [group(['b'], ['libssl.so.3']), group(['a'], [], { 'libc.so.6': ['GLIBC_2.2.5'] })];
  t.is(librariesKey({ groups: apart, brings: ['libother.so.1'] }), key);
  t.not(librariesKey({ groups: [ssl], brings: ['libssl.so.3'] }), key);
  t.not(librariesKey({ groups: [{ ...ssl, ...i686 }], brings: [] }), key);
});
