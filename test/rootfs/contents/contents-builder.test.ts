import { readFileSync } from 'node:fs';
import test from 'ava';
import { Failure } from '../../../src/errors.ts';
import type { Contents } from '../../../src/rootfs/contents/contents.ts';
import { contentsOf, contentsOfEntries, layerTar, type Entry } from './layer-tar.ts';

const library = readFileSync(new URL('../../layer/fixtures/elf/libabove-64-big.so', import.meta.url));
const above = { soname: 'libabove.so.3', class: 64, machine: 's390x', versions: ['ABOVE_3'] };

const executable = { mode: 0o755, body: '#!/bin/sh\n' };
const bash: Entry = { name: 'bin/bash', ...executable };

function paths({ files }: Contents): string[] {
  return files.map((file) => (file.type === 'directory' ? `${file.path}/` : file.path));
}

test('an empty rootfs holds nothing', async (t) => {
  const empty = { files: [], packages: [], libraries: [], unknown: [], launcher: [], shell: false };
  t.deepEqual(await contentsOfEntries(), empty);
  t.deepEqual(await contentsOfEntries([], [{ name: './', mode: 0o700 }]), empty);
});

test('lists every kind of file, sorted, under one form of its name', async (t) => {
  const { files, unknown } = await contentsOfEntries([
    { name: './', mode: 0o755 },
    { name: './z-file', mode: 0o4755, body: 'four' },
    { name: '/absolute//twice/', mode: 0o1777 },
    { name: 'absolute/pipe', type: 'fifo', mode: 0o600 },
    { name: 'absolute/tty', type: 'character-device', mode: 0o620, devmajor: 5 },
    { name: 'absolute/disk', type: 'block-device', mode: 0o660, devmajor: 8 },
    { name: 'absolute-not', mode: 0o644 },
    { name: 'symlink', type: 'symlink', mode: 0o777, linkname: '../anywhere' },
    { name: 'link', type: 'link', linkname: './z-file' },
  ]);
  t.deepEqual(unknown, []);
  t.deepEqual(files, [
    { path: 'absolute', type: 'directory', mode: 0o755 },
    { path: 'absolute-not', type: 'file', mode: 0o644, size: 0 },
    { path: 'absolute/disk', type: 'block-device', mode: 0o660 },
    { path: 'absolute/pipe', type: 'fifo', mode: 0o600 },
    { path: 'absolute/tty', type: 'character-device', mode: 0o620 },
    { path: 'absolute/twice', type: 'directory', mode: 0o1777 },
    { path: 'link', type: 'link', mode: 0o4755, size: 4, target: 'z-file' },
    { path: 'symlink', type: 'symlink', mode: 0o777, target: '../anywhere' },
    { path: 'z-file', type: 'file', mode: 0o4755, size: 4 },
  ]);
});

const merges: [what: string, layers: string[][], left: string[]][] = [
  ['a file is hidden', [['a', 'b'], ['.wh.a']], ['b']],
  ['a directory is hidden with all below it', [['d/x/y', 'e'], ['.wh.d']], ['e']],
  ['a name that is not there is hidden', [['a'], ['.wh.b', 'c/.wh.d']], ['a']],
  ['a name comes back in the same layer', [['d/old'], ['d/new', '.wh.d']], ['d/', 'd/new']],
  ['a name comes back in the next layer', [['d/old'], ['.wh.d'], ['d/new']], ['d/', 'd/new']],
  [
    'an opaque directory keeps its own layer',
    [
      ['d/a', 'd/e/b'],
      ['d/e/c', 'd/.wh..wh..opq'],
    ],
    ['d/', 'd/e/', 'd/e/c'],
  ],
  [
    'the whole root is opaque',
    [
      ['a', 'b/c'],
      ['d', '.wh..wh..opq'],
    ],
    ['d'],
  ],
  [
    'whiteouts hide nothing of their own layer',
    [['a', '.wh.a', 'd/x', 'd/.wh..wh..opq']],
    ['a', 'd/', 'd/x'],
  ],
  ['what aufs left is passed over', [['.wh..wh.plnk/1', '.wh..wh.orph/', '.wh..wh.aufs', 'a']], ['a']],
  ['a file replaces a directory', [['d/x'], ['d']], ['d']],
  ['a directory replaces a file', [['d'], ['d/']], ['d/']],
  ['directories join', [['d/x'], ['d/', 'd/y']], ['d/', 'd/x', 'd/y']],
];

for (const [what, layers, left] of merges) {
  test(`layers: ${what}`, async (t) => {
    const contents = await contentsOfEntries(...layers.map((layer) => layer.map((name) => ({ name }))));
    t.deepEqual(paths(contents), left);
  });
}

test('a parent that is a symlink leads on inside the root', async (t) => {
  const contents = await contentsOfEntries(
    [
      { name: 'usr/bin/' },
      { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
      { name: 'far', type: 'symlink', linkname: '/../../usr/./bin/' },
    ],
    [bash, { name: 'far/x' }, { name: 'bin/y' }],
    [{ name: 'far/.wh.y' }],
  );
  t.deepEqual(paths(contents), ['bin', 'far', 'usr/', 'usr/bin/', 'usr/bin/bash', 'usr/bin/x']);
  t.true(contents.shell);
});

test('a directory takes the place of a symlink to one', async (t) => {
  const contents = await contentsOfEntries(
    [{ name: 'usr/lib/a' }, { name: 'lib', type: 'symlink', linkname: 'usr/lib' }],
    [{ name: 'lib/' }, { name: 'lib/b' }],
  );
  t.deepEqual(paths(contents), ['lib/', 'lib/b', 'usr/', 'usr/lib/', 'usr/lib/a']);
});

test('the names of a file outlive the first of them, across layers', async (t) => {
  const first: Entry[] = [
    { name: 'lib/liba.so', body: library },
    { name: 'lib/libb.so', type: 'link', linkname: 'lib/liba.so' },
  ];
  const link: Entry = { name: 'libc.so', type: 'link', linkname: '/lib/libb.so' };
  const { files, libraries } = await contentsOfEntries(first, [link], [{ name: 'lib/.wh.liba.so' }]);
  t.deepEqual(
    files.map(({ path, type, target }) => [path, type, target]),
    [
      ['lib', 'directory', undefined],
      ['lib/libb.so', 'file', undefined],
      ['libc.so', 'link', 'lib/libb.so'],
    ],
  );
  t.deepEqual(libraries, [
    { path: 'lib/libb.so', ...above },
    { path: 'libc.so', ...above },
  ]);
});

const unfit: [what: string, entries: Entry[]][] = [
  ['a hard link to what is not there', [{ name: 'a', type: 'link', linkname: 'b' }]],
  ['a hard link to a directory', [{ name: 'd/' }, { name: 'a', type: 'link', linkname: 'd' }]],
  ['a file below a file', [{ name: 'a' }, { name: 'a/b' }]],
  ['a file below symlinks in a circle', [{ name: 'a', type: 'symlink', linkname: 'a' }, { name: 'a/b' }]],
  ['a name that leads out', [{ name: 'a/../../b' }]],
  ['a whiteout that leads out', [{ name: '../.wh.b' }]],
  ['a whiteout of nothing', [{ name: 'a/.wh.' }]],
  ['a whiteout of the directory itself', [{ name: 'a/.wh..' }]],
  ['a root that is a file', [{ name: './', type: 'file' }]],
  ['a path beyond what Linux opens', [{ name: 'd/'.repeat(2049) + 'e' }]],
];

for (const [what, entries] of unfit) {
  test(`refuses ${what}`, async (t) => {
    const error = await t.throwsAsync(contentsOfEntries(entries), { instanceOf: Failure, code: 'invalid' });
    t.regex(error.message, /no runtime can unpack "/);
  });
}

test('says what a launcher has to bring', async (t) => {
  const launch = { name: 'lifecycle/launch', ...executable };
  const cases: [entries: Entry[], launcher: string[]][] = [
    [
      [launch, { name: 'lifecycle/launcher', ...executable }],
      ['/lifecycle/launch', '/lifecycle/launcher'],
    ],
    [[{ ...launch, mode: 0o644 }], []],
    [[{ name: 'lifecycle/launch/' }], []],
    [[{ name: 'usr/local/bin/dumb-init', ...executable }], ['dumb-init']],
    [
      [
        { name: 'bin/dumb-init', type: 'symlink', linkname: '../opt/init' },
        { name: 'opt/init', ...executable },
      ],
      ['dumb-init'],
    ],
    [[{ name: 'bin/dumb-init', type: 'symlink', linkname: '../opt/init' }], []],
    [[{ name: 'opt/dumb-init', ...executable }], []],
  ];
  for (const [entries, launcher] of cases) {
    const contents = await contentsOfEntries(entries);
    t.deepEqual(contents.launcher as string[], launcher, JSON.stringify(entries));
    t.false(contents.shell);
  }
});

test('finds libraries by what they are', async (t) => {
  const program = Buffer.from(library);
  program.writeUInt16BE(2, 16);
  const nameless = Buffer.from(library);
  const soname = nameless.indexOf(Buffer.from([0, 0, 0, 0, 0, 0, 0, 14]));
  nameless.writeUInt8(0x7f, soname);
  const { libraries, unknown } = await contentsOfEntries([
    { name: 'lib/a.so.1', body: library },
    { name: 'lib/b', body: library },
    { name: 'lib/c.so', type: 'symlink', linkname: 'a.so.1' },
    { name: 'lib/program.so', body: program },
    { name: 'lib/nameless', body: nameless },
    { name: 'lib/nameless.so.2', body: nameless },
    { name: 'lib/script.so', body: '/* GNU ld script */ '.repeat(10) },
  ]);
  const { soname: _, ...unnamed } = above;
  t.deepEqual(unknown, []);
  t.deepEqual(libraries, [
    { path: 'lib/a.so.1', ...above },
    { path: 'lib/b', ...above },
    { path: 'lib/nameless.so.2', ...unnamed },
  ]);
});

test('says which files it could not look into, unless they are hidden', async (t) => {
  const filling = Buffer.alloc(64 * 1024 * 1024);
  const sparse = { 'GNU.sparse.major': '1', 'GNU.sparse.name': 'var/real', 'GNU.sparse.realsize': '9000' };
  const tar = await layerTar([
    { name: 'large.so', body: Buffer.concat([library, filling]) },
    { name: 'large.txt', body: Buffer.concat([Buffer.from('x'), filling]) },
    { name: 'cut.so', body: library.subarray(0, 300) },
    { name: 'name-\uFFFD' },
    { name: 'GNUSparseFile.1/real', body: 'map', pax: sparse },
  ]);
  const { files, unknown } = await contentsOf(tar);
  t.is(files.find(({ path }) => path === 'var/real')?.size, 9000);
  t.deepEqual(
    unknown.map((line) => line.replace(/: .*/, '')),
    ['cut.so', 'large.so', 'name-\uFFFD', 'var/real'],
  );
  t.deepEqual((await contentsOf(tar, await layerTar([{ name: '.wh..wh..opq' }]))).unknown, []);
});
