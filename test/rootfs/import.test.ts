import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { Failure, type FailureCode } from '../../src/errors.ts';
import { hexOf, sha256 } from '../../src/oci/digest.ts';
import { mediaType } from '../../src/oci/media-type.ts';
import { ownArchitecture } from '../../src/rootfs/architecture.ts';
import { readContents } from '../../src/rootfs/contents-record.ts';
import { importRootfs, type ImportRequest } from '../../src/rootfs/import.ts';
import { rootfsLayerKey } from '../../src/rootfs/keys.ts';
import type { RootfsRecord } from '../../src/rootfs/record.ts';
import { Stacks } from '../../src/rootfs/stacks.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import type { Store } from '../../src/store/store.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { packEverywhere } from './formats.ts';
import { writeLayout } from './layout.ts';
import { header } from './read/tar-bytes.ts';
import { treeTar } from './trees.ts';

const testWithTools = testWith('busybox', 'skopeo', 'umoci', 'tar');

async function openStore(t: ExecutionContext): Promise<DirectoryStore> {
  return DirectoryStore.open(join(await tempDir(t), 'data'));
}

async function importInto(
  store: DirectoryStore,
  path: string,
  more: Partial<ImportRequest> = {},
): Promise<RootfsRecord> {
  const { temporaryDirectory } = store;
  return importRootfs(store, { stack: 's', version: '1', path, temporaryDirectory, ...more });
}

async function keysOf(store: Store): Promise<string[]> {
  return (await Array.fromAsync(store.list(''))).map(({ key }) => key).toSorted();
}

/** The import fails, and neither the store nor the work directory has more in it than before. */
async function fails(
  t: ExecutionContext,
  store: DirectoryStore,
  path: string,
  code: FailureCode,
  says: RegExp,
  more: Partial<ImportRequest> = {},
): Promise<void> {
  const before = await keysOf(store);
  const error = await t.throwsAsync(importInto(store, path, more), { instanceOf: Failure, message: says });
  t.is(error.code, code);
  t.deepEqual(await keysOf(store), before);
  t.deepEqual(await readdir(store.temporaryDirectory), []);
}

async function bytesAt(store: Store, key: string): Promise<Buffer> {
  const object = await store.open(key);
  return object === undefined ? Buffer.alloc(0) : buffer(object.body);
}

/** A tar with these files and nothing else. */
function tarOf(...names: string[]): Buffer {
  return Buffer.concat([...names.map((name) => header({ name, size: 0 })), Buffer.alloc(1024)]);
}

async function fileOf(t: ExecutionContext, bytes: Buffer): Promise<string> {
  const path = join(await tempDir(t), 'file');
  await writeFile(path, bytes);
  return path;
}

testWithTools('every format gives the same layers and contents', async (t) => {
  const tar = await treeTar(t, {
    'etc/os-release': 'ID=tree\nVERSION_ID=1\n',
    'lifecycle/launch': '#!/bin/sh\n',
  });
  const diffId = sha256(await readFile(tar));
  for (const [format, path] of Object.entries(await packEverywhere(t, tar))) {
    const store = await openStore(t);
    const record = await importInto(store, path);
    t.deepEqual(
      record.layers.map((layer) => layer.diffId),
      [diffId],
      format,
    );
    t.is(record.os, 'linux');
    t.is(record.architecture, ownArchitecture());
    t.deepEqual(record.provides, ['/lifecycle/launch'], format);
    const contents = await readContents(store, 's', '1');
    t.deepEqual(contents?.osRelease, { ID: 'tree', VERSION_ID: '1' });
    t.is(contents?.files.length, record.contents.files);
    t.true(contents?.shell);
    t.deepEqual(await readdir(store.temporaryDirectory), [], format);
  }
});

testWithTools('what is compressed keeps its bytes, a plain tar is compressed once', async (t) => {
  const formats = await packEverywhere(t, await treeTar(t));
  const tar = await readFile(formats.tar);
  for (const [path, type] of [
    [formats['tar.gz'], mediaType.layerGzip],
    [formats['tar.zst'], mediaType.layerZstd],
  ] as const) {
    const store = await openStore(t);
    const [layer] = (await importInto(store, path)).layers;
    t.is(layer?.mediaType, type);
    t.deepEqual(await bytesAt(store, layer?.object ?? ''), await readFile(path));
  }
  const store = await openStore(t);
  const record = await importInto(store, formats.tar);
  const [layer] = record.layers;
  t.is(layer?.mediaType, mediaType.layerGzip);
  const stored = await bytesAt(store, layer?.object ?? '');
  t.deepEqual([layer?.digest, layer?.size], [sha256(stored), stored.length]);
  t.deepEqual(gunzipSync(stored), tar);
  t.is(record.source.sha256, hexOf(sha256(tar)));
});

test('the store holds what the version needs, and nothing else', async (t) => {
  const store = await openStore(t);
  const record = await importInto(store, await fileOf(t, tarOf('a')));
  const [layer] = record.layers;
  t.deepEqual(
    (await keysOf(store)).map((key) => key.replace(/[0-9a-f]{64}(?=\.json)/, '<hex>')),
    [
      layer?.object ?? '',
      'v1/rootfs-contents/s/<hex>.json',
      rootfsLayerKey('s', hexOf(layer?.digest ?? sha256(''))),
      'v1/rootfs/s/1.json',
      'v1/stacks/s.json',
    ].toSorted(),
  );
  const pointer: unknown = JSON.parse(
    String(await bytesAt(store, rootfsLayerKey('s', hexOf(layer?.digest ?? sha256(''))))),
  );
  t.deepEqual(pointer, { object: layer?.object, size: layer?.size, mediaType: mediaType.layerGzip });
  const stacks = new Stacks(store);
  t.deepEqual(await stacks.rootfs('s', '1'), record);
  t.is((await stacks.get('s'))?.promoted, undefined, 'nothing is promoted by importing it');
});

test('the checksum is checked before anything is stored', async (t) => {
  const store = await openStore(t);
  const bytes = tarOf('a');
  const path = await fileOf(t, bytes);
  const hex = hexOf(sha256(bytes));
  await fails(t, store, path, 'mismatch', /it hashes to .*, not to the announced 0{64}; nothing was stored/, {
    sha256: '0'.repeat(64),
  });
  await fails(t, store, path, 'invalid', /is no SHA-256/, { sha256: 'sha1:12' });
  t.deepEqual(await keysOf(store), []);
  for (const announced of [hex, `sha256:${hex}`, hex.toUpperCase()]) {
    t.is((await importInto(store, path, { sha256: announced })).source.sha256, hex);
  }
  const layout = await tempDir(t);
  await writeLayout(layout, [{ layers: [{ bytes: gzipSync(bytes), mediaType: mediaType.layerGzip }] }]);
  await fails(t, store, layout, 'invalid', /a directory, which has no SHA-256/, {
    sha256: hex,
    version: '2',
  });
});

test('the same again changes nothing, however it is packed', async (t) => {
  const store = await openStore(t);
  const first = await importInto(store, await fileOf(t, tarOf('a')));
  const stacks = new Stacks(store);
  await stacks.retire('s', '1', 'x');
  const before = await keysOf(store);
  t.deepEqual(await importInto(store, await fileOf(t, tarOf('a'))), first);
  t.deepEqual(await importInto(store, await fileOf(t, gzipSync(tarOf('a')))), first);
  t.deepEqual(await keysOf(store), before);
  t.true((await stacks.versions('s'))[0]?.retired, 'a retired version stays retired');
});

test('a version is never overwritten', async (t) => {
  const store = await openStore(t);
  const path = await fileOf(t, tarOf('a'));
  const first = await importInto(store, path);
  await fails(t, store, await fileOf(t, tarOf('b')), 'conflict', /exists with other content/);
  await fails(t, store, path, 'conflict', /exists with other content/, { architecture: 'vax' });
  await fails(t, store, path, 'conflict', /exists with other content/, { osVersion: '9' });
  t.deepEqual(await new Stacks(store).rootfs('s', '1'), first);
});

test('versions that share a layer share its bytes', async (t) => {
  const store = await openStore(t);
  const shared = { bytes: gzipSync(tarOf('a')), mediaType: mediaType.layerGzip };
  const layouts = await Promise.all(
    ['b', 'c'].map(async (name) => {
      const root = await tempDir(t);
      const own = { bytes: tarOf(name), mediaType: mediaType.layer };
      await writeLayout(root, [{ layers: [shared, own, shared] }]);
      return root;
    }),
  );
  const one = await importInto(store, layouts[0] ?? '', { version: '1' });
  const two = await importInto(store, layouts[1] ?? '', { version: '2' });
  const objects = [...one.layers, ...two.layers].map((layer) => layer.object);
  t.is(new Set(objects).size, 3);
  t.is(one.layers[0]?.object, two.layers[2]?.object);
  const stored = (await keysOf(store)).filter((key) => key.startsWith('v1/objects/'));
  t.deepEqual(stored, [...new Set(objects)].toSorted());
});

test('another stack has pointers of its own', async (t) => {
  const store = await openStore(t);
  const path = await fileOf(t, tarOf('a'));
  await importInto(store, path);
  const other = await importInto(store, path, { stack: 'other' });
  const key = rootfsLayerKey('other', hexOf(other.layers[0]?.digest ?? sha256('')));
  t.true((await keysOf(store)).includes(key));
  t.deepEqual(
    (await new Stacks(store).list()).map((record) => record.stack),
    ['other', 's'],
  );
});

test('imports of one version at one time: all get the same, nothing is left over', async (t) => {
  const store = await openStore(t);
  const path = await fileOf(t, tarOf('a'));
  const records = await Promise.all(Array.from({ length: 6 }, () => importInto(store, path)));
  for (const record of records) t.deepEqual(record, records[0]);
  const objects = (await keysOf(store)).filter((key) => key.startsWith('v1/objects/'));
  t.deepEqual(objects, [records[0]?.layers[0]?.object ?? '']);
});

test('of different imports of one version at one time one wins, whole', async (t) => {
  const store = await openStore(t);
  const paths = await Promise.all(['a', 'b', 'c'].map((name) => fileOf(t, tarOf(name))));
  const results = await Promise.allSettled(paths.map((path) => importInto(store, path)));
  const winner = results.findIndex((result) => result.status === 'fulfilled');
  t.is(results.filter((result) => result.status === 'fulfilled').length, 1);
  const record = await new Stacks(store).rootfs('s', '1');
  t.is(record?.layers[0]?.diffId, sha256(tarOf('abc'[winner] ?? '')));
  t.is((await readContents(store, 's', '1'))?.files[0]?.path, 'abc'[winner]);
});

test('the record is written last, after everything that it names', async (t) => {
  const directory = await openStore(t);
  const puts: string[] = [];
  const store: Store = {
    stat: (key) => directory.stat(key),
    open: (key, range) => directory.open(key, range),
    list: (prefix) => directory.list(prefix),
    folders: (prefix) => directory.folders(prefix),
    remove: (key) => directory.remove(key),
    put: async (key, body, condition) => {
      puts.push(key.split('/')[1] ?? '');
      return directory.put(key, body, condition);
    },
  };
  const { temporaryDirectory } = directory;
  await importRootfs(store, {
    stack: 's',
    version: '1',
    path: await fileOf(t, tarOf('a')),
    temporaryDirectory,
  });
  t.deepEqual(puts, ['objects', 'rootfs-contents', 'rootfs-layers', 'stacks', 'rootfs']);
});

test('an import that failed at any write is no version, and can be made again', async (t) => {
  const path = await fileOf(t, tarOf('a'));
  const failures = (['no-space', 'unavailable'] as const).flatMap((code) =>
    Array.from({ length: 5 }, (_, healthy) => ({ code, healthy })),
  );
  for (const { code, healthy } of failures) {
    const directory = await openStore(t);
    let puts = 0;
    const failing: Store = {
      stat: (key) => directory.stat(key),
      open: (key, range) => directory.open(key, range),
      list: (prefix) => directory.list(prefix),
      folders: (prefix) => directory.folders(prefix),
      remove: (key) => directory.remove(key),
      put: async (key, body, condition) => {
        if (puts++ < healthy) return directory.put(key, body, condition);
        if (body instanceof Readable) body.destroy();
        throw new Failure(code, 'failed');
      },
    };
    const { temporaryDirectory } = directory;
    const request = { stack: 's', version: '1', path, temporaryDirectory };
    await t.throwsAsync(importRootfs(failing, request), { message: 'failed' });
    t.deepEqual(await new Stacks(directory).versions('s'), []);
    t.deepEqual(await readdir(temporaryDirectory), []);
    await importRootfs(directory, request);
    const objects = (await keysOf(directory)).filter((key) => key.startsWith('v1/objects/'));
    // Whether a pointer was written that failed to be, only a full disk tells; else its object is the collector's.
    t.is(objects.length, code === 'unavailable' && healthy === 2 ? 2 : 1, `${code} after ${healthy} writes`);
  }
});

const good = tarOf('a', 'b');
const bad: readonly [name: string, bytes: Buffer, code: FailureCode, says: RegExp][] = [
  ['a cut tar', good.subarray(0, 700), 'invalid', /it is cut short/],
  ['a tar without its end', good.subarray(0, 1024), 'invalid', /it is cut short/],
  ['a cut gzip', gzipSync(good).subarray(0, -4), 'invalid', /damaged or cut short/],
  ['a gzip with a wrong sum', flipped(gzipSync(good), -6), 'invalid', /damaged or cut short/],
  [
    'a gzip with something behind it',
    Buffer.concat([gzipSync(good), Buffer.alloc(9)]),
    'invalid',
    /other bytes follow/,
  ],
  ['two tars', Buffer.concat([good, good]), 'invalid', /data follows its end/],
  ['a damaged header', flipped(good, 512), 'invalid', /there is no tar header/],
  ['a gzip of text', gzipSync('text'), 'invalid', /it is cut short/],
  ['text', Buffer.from('text'), 'invalid', /it is no tar/],
  ['an empty tar', Buffer.alloc(10_240), 'invalid', /it holds no files/],
];
for (const [name, bytes, code, says] of bad) {
  test(`${name} is refused and leaves nothing`, async (t) => {
    await fails(t, await openStore(t), await fileOf(t, bytes), code, says);
  });
}

test('bombs are refused and leave nothing', async (t) => {
  const limits = { bytes: 1_000_000, entries: 100, ratio: 50, ratioFrom: 100_000 };
  const big = Buffer.concat([header({ size: 512_000 }), Buffer.alloc(512_000), Buffer.alloc(1024)]);
  const cases: [Buffer, RegExp][] = [
    [gzipSync(Buffer.concat([big, Buffer.alloc(500_000)])), /more than 1000000 bytes/],
    [gzipSync(big), /more than 50 times its own size/],
    [gzipSync(tarOf(...Array.from({ length: 101 }, (_, i) => `file-${i}`))), /more than 100 entries/],
  ];
  for (const [bytes, says] of cases) {
    const wide = says.source.includes('times') ? limits : { ...limits, ratio: 1e9 };
    await fails(t, await openStore(t), await fileOf(t, bytes), 'too-large', says, { limits: wide });
  }
});

test('a layer that is not what its image says is refused by its name', async (t) => {
  const bytes = gzipSync(good);
  const layer = { bytes, mediaType: mediaType.layerGzip };
  const lying = await tempDir(t);
  await writeLayout(lying, [{ layers: [layer], diffIds: [sha256('other')] }]);
  await fails(
    t,
    await openStore(t),
    lying,
    'mismatch',
    /layer 1 \(sha256:.*unpacked it hashes to .*, and its image says/,
  );
  const damaged = await tempDir(t);
  await writeLayout(damaged, [{ layers: [{ bytes: tarOf('x'), mediaType: mediaType.layer }, layer] }]);
  // Only a byte of the gzip header that no reader minds.
  await writeFile(join(damaged, 'blobs', sha256(bytes).replace(':', '/')), flipped(bytes, 4));
  await fails(
    t,
    await openStore(t),
    damaged,
    'mismatch',
    /layer 2 \(sha256:.*it hashes to .*, and its image says/,
  );
});

test('a file that changes while it is imported is refused', async (t) => {
  const directory = await openStore(t);
  const path = await fileOf(t, good);
  const replacement = await fileOf(t, tarOf('a', 'c'));
  let replaced = false;
  const store: Store = {
    stat: (key) => directory.stat(key),
    list: (prefix) => directory.list(prefix),
    folders: (prefix) => directory.folders(prefix),
    remove: (key) => directory.remove(key),
    put: (key, body, condition) => directory.put(key, body, condition),
    // Looked for after the file was verified, before it is stored.
    open: async (key, range) => {
      if (!replaced) await rename(replacement, path);
      replaced = true;
      return directory.open(key, range);
    },
  };
  const request = { stack: 's', version: '1', path, temporaryDirectory: directory.temporaryDirectory };
  await t.throwsAsync(importRootfs(store, request), { message: /was changed while it was read/ });
  t.deepEqual(await keysOf(directory), []);
});

test('names that cannot be are refused', async (t) => {
  const store = await openStore(t);
  const path = await fileOf(t, good);
  for (const stack of ['', 'cloudfoundry', 'Upper', '../x', 'a/b']) {
    await fails(t, store, path, 'invalid', /cannot be a stack's name/, { stack });
  }
  for (const version of ['', '.1', 'a b', 'x'.repeat(64), '1/2']) {
    await fails(t, store, path, 'invalid', /cannot be a version/, { version });
  }
});

test('the platform comes from flags, from the image, from its programs', async (t) => {
  const store = await openStore(t);
  const plain = await fileOf(t, good);
  const flags = { os: 'plan9', architecture: 'vax', osVersion: '4' };
  const flagged = await importInto(store, plain, { ...flags, version: 'flags' });
  t.deepEqual([flagged.os, flagged.architecture, flagged.osVersion], ['plan9', 'vax', '4']);
  const root = await tempDir(t);
  const platform = { os: 'linux', architecture: 'arm', variant: 'v7' };
  const created = '2026-01-02T03:04:05Z';
  await writeLayout(root, [{ platform, created, layers: [{ bytes: good, mediaType: mediaType.layer }] }]);
  const stated = await importInto(store, root, { version: 'image', osVersion: '4' });
  t.deepEqual(
    [stated.architecture, stated.variant, stated.osVersion, stated.created],
    ['arm', 'v7', '4', created],
  );

  const library = Buffer.alloc(4096);
  library.write('\x7fELF\x02\x01\x01', 'latin1');
  library.writeUInt16LE(3, 16); // ET_DYN
  library.writeUInt16LE(183, 18); // EM_AARCH64
  const found = await importInto(store, await treeWith(t, 'lib/libx.so', library), { version: 'elf' });
  t.is(found.contents.libraries === 0 ? 'no library was found' : found.architecture, 'arm64');
});

async function treeWith(t: ExecutionContext, name: string, bytes: Buffer): Promise<string> {
  const root = await tempDir(t);
  await mkdir(join(root, 'tree', name, '..'), { recursive: true });
  await writeFile(join(root, 'tree', name), bytes);
  await run('tar', ['-cf', join(root, 'out.tar'), '-C', join(root, 'tree'), '.']);
  return join(root, 'out.tar');
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const index = at < 0 ? bytes.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
