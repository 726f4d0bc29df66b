import test from 'ava';
import * as fc from 'fast-check';
import type { Contents, FileEntry, Library, Package } from '../../src/rootfs/contents/contents.ts';
import { diffContents } from '../../src/rootfs/diff.ts';

const empty: Contents = { files: [], packages: [], libraries: [], unknown: [], launcher: [], shell: true };

function library(path: string, versions: string[], soname?: string): Library {
  return { path, class: 64, machine: 'x86_64', versions, ...(soname === undefined ? {} : { soname }) };
}

/** Libraries are files as well. */
function holding(...libraries: Library[]): Contents {
  const files = libraries.map(({ path }): FileEntry => ({ path, type: 'file', mode: 0o644, size: 1 }));
  return { ...empty, files, libraries };
}

function deb(name: string, version: string, more: Partial<Package> = {}): Package {
  return { name, version, architecture: 'amd64', manager: 'dpkg', ...more };
}

test('libraries that are removed come first, then lost symbol versions, then what came', (t) => {
  const from = holding(
    library('lib/liba.so.1.0', ['A_1', 'A_2'], 'liba.so.1'),
    library('lib/libz.so.1.2', ['Z_1'], 'libz.so.1'),
    library('lib/plugin.so', []),
    library('opt/liba.so.1', ['A_2', 'A_4'], 'liba.so.1'),
  );
  const to = holding(
    library('lib/liba.so.1.1', ['A_1', 'A_3'], 'liba.so.1'),
    library('lib/libz.so.2.0', ['Z_2'], 'libz.so.2'),
  );
  const told = diffContents(from, to).libraries.map((item) => [item.change, item.library, item.versions]);
  t.deepEqual(told, [
    ['removed', 'libz.so.1', ['Z_1']],
    ['removed', 'plugin.so', []],
    ['lost versions', 'liba.so.1', ['A_2', 'A_4']],
    ['added', 'libz.so.2', ['Z_2']],
  ]);
});

test('a library that moved, or to which a symlink of its name leads, is not removed', (t) => {
  const from = holding(library('lib/libx.so.1', ['X_1'], 'libx.so.1'), library('lib/y.so', []));
  const moved = holding(library('usr/lib/libx.so.2', ['X_1', 'X_2'], 'libx.so.2'), library('opt/y.so', []));
  const link: FileEntry = { path: 'usr/lib/libx.so.1', type: 'symlink', mode: 0o777, target: 'libx.so.2' };
  const changes = diffContents(from, { ...moved, files: [...moved.files, link] }).libraries;
  t.deepEqual(
    changes.map((item) => [item.change, item.library]),
    [['added', 'libx.so.2']],
  );
  const lost = diffContents(from, moved).libraries;
  t.like(lost, [{ change: 'removed', library: 'libx.so.1', paths: ['lib/libx.so.1'] }]);
});

test('packages came, went, or changed, in the order of dpkg', (t) => {
  const from = [
    deb('gone', '1'),
    deb('libssl3', '3.0.2-0ubuntu1.9'),
    deb('older', '1.0'),
    deb('same', '1'),
    deb('two', '1', { architecture: 'i386' }),
    deb('written', '1.0'),
  ];
  const to = [
    deb('fresh', '2'),
    deb('libssl3', '3.0.2-0ubuntu1.20'),
    deb('older', '1.0~rc1'),
    deb('same', '1'),
    deb('two', '2', { architecture: 'i386' }),
    deb('written', '1.0-0'),
  ];
  const { packages } = diffContents({ ...empty, packages: from }, { ...empty, packages: to });
  t.deepEqual(
    packages.map(({ name, change, from: a, to: b }) => [name, change, a, b]),
    [
      ['fresh', 'added', undefined, '2'],
      ['gone', 'removed', '1', undefined],
      ['libssl3', 'upgraded', '3.0.2-0ubuntu1.9', '3.0.2-0ubuntu1.20'],
      ['older', 'downgraded', '1.0', '1.0~rc1'],
      ['two', 'upgraded', '1', '2'],
      ['written', 'changed', '1.0', '1.0-0'],
    ],
  );
});

test('packages of other managers change, and several of one name come and go', (t) => {
  const rpm = (version: string): Package => deb('kernel', version, { manager: 'rpm' });
  const { packages } = diffContents(
    { ...empty, packages: [deb('musl', '1.2.4-r1', { manager: 'apk' }), rpm('5.1'), rpm('5.2')] },
    { ...empty, packages: [deb('musl', '1.2.5-r0', { manager: 'apk' }), rpm('5.2'), rpm('5.3')] },
  );
  t.deepEqual(
    packages.map(({ name, change, from, to }) => [name, change, from, to]),
    [
      ['kernel', 'removed', '5.1', undefined],
      ['kernel', 'added', undefined, '5.3'],
      ['musl', 'changed', '1.2.4-r1', '1.2.5-r0'],
    ],
  );
});

function file(path: string, more: Partial<FileEntry> = {}): FileEntry {
  return { path, type: 'file', mode: 0o644, size: 1, ...more };
}

test('files tell how they differ', (t) => {
  const from = [
    file('gone'),
    file('kept'),
    file('link', { type: 'symlink', target: 'a' }),
    file('m'),
    file('t'),
  ];
  const to = [
    file('kept'),
    file('link', { type: 'symlink', target: 'b' }),
    file('m', { mode: 0o4755, size: 2 }),
    file('new'),
    file('t', { type: 'directory', mode: 0o755 }),
  ];
  const { files } = diffContents({ ...empty, files: from }, { ...empty, files: to });
  t.deepEqual(
    files.map(({ path, changes }) => [path, ...changes]),
    [
      ['gone', 'removed'],
      ['link', 'target'],
      ['m', 'mode', 'size'],
      ['new', 'added'],
      ['t', 'type'],
    ],
  );
  t.deepEqual(files[2]?.from, { type: 'file', mode: 0o644, size: 1 });
  t.deepEqual(files[2]?.to, { type: 'file', mode: 0o4755, size: 2 });
});

test('what could not be read is counted', (t) => {
  const { unknown } = diffContents({ ...empty, unknown: ['x: damaged'] }, empty);
  t.deepEqual(unknown, { from: 1, to: 0 });
});

const anyLibrary = fc
  .record({
    folder: fc.constantFrom('lib', 'usr/lib'),
    name: fc.constantFrom('liba.so.1', 'libb.so.1', 'libc.so.1'),
    versions: fc.uniqueArray(fc.constantFrom('V_1', 'V_2')),
  })
  .map(({ folder, name, versions }) => library(`${folder}/${name}`, versions, name));
const anyContents = fc
  .record({
    libraries: fc.uniqueArray(anyLibrary, { selector: ({ path }) => path, maxLength: 4 }),
    packages: fc.uniqueArray(
      fc
        .record({ name: fc.constantFrom('a', 'b'), version: fc.constantFrom('1', '1.0', '2~') })
        .map(({ name, version }) => deb(name, version)),
      { selector: ({ name }) => name },
    ),
  })
  .map(({ libraries, packages }): Contents => ({ ...holding(...libraries), packages }));

test('the way back undoes the way there, and nothing differs from itself', (t) => {
  const mirrored = {
    added: 'removed',
    removed: 'added',
    upgraded: 'downgraded',
    downgraded: 'upgraded',
    changed: 'changed',
  };
  fc.assert(
    fc.property(anyContents, anyContents, (a, b) => {
      t.deepEqual(diffContents(a, a), {
        libraries: [],
        packages: [],
        files: [],
        unknown: { from: 0, to: 0 },
      });
      const [there, back] = [diffContents(a, b), diffContents(b, a)];
      t.deepEqual(
        there.packages.map(({ name, change }) => [name, mirrored[change]]),
        back.packages.map(({ name, change }) => [name, change]),
      );
      t.deepEqual(
        there.files.map(({ path, from, to }) => [path, to, from]),
        back.files.map(({ path, from, to }) => [path, from, to]),
      );
      const names = (diff: typeof there, wanted: string): string[] =>
        diff.libraries.filter(({ change }) => change === wanted).map((item) => item.library);
      t.deepEqual(names(there, 'removed'), names(back, 'added'));
    }),
    { numRuns: 500 },
  );
});
