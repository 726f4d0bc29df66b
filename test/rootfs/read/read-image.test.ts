import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { Failure, type FailureCode } from '../../../src/errors.ts';
import { sha256 } from '../../../src/oci/digest.ts';
import { mediaType } from '../../../src/oci/media-type.ts';
import { ownArchitecture } from '../../../src/rootfs/architecture.ts';
import { readImage } from '../../../src/rootfs/read/read-image.ts';
import type { SourceImage, WantedPlatform } from '../../../src/rootfs/read/source-image.ts';
import { run } from '../../helpers/run.ts';
import { tempDir } from '../../helpers/temp.ts';
import { writeBlob, writeIndex, writeLayout, type LayoutImage } from '../layout.ts';
import { header } from './tar-bytes.ts';

/** A layer with one empty file. */
function layerOf(name: string): Buffer {
  return Buffer.concat([header({ name, size: 0 }), Buffer.alloc(1024)]);
}

const gzipped = (name: string) => ({ bytes: gzipSync(layerOf(name)), mediaType: mediaType.layerGzip });

async function read(t: ExecutionContext, path: string, platform: WantedPlatform = {}): Promise<SourceImage> {
  return readImage(path, { platform, temporaryDirectory: await tempDir(t) });
}

async function layout(t: ExecutionContext, ...images: LayoutImage[]): Promise<string> {
  const root = await tempDir(t);
  await writeLayout(root, images);
  return root;
}

/** Reading fails, and leaves nothing behind. */
async function fails(
  t: ExecutionContext,
  path: string,
  code: FailureCode,
  says: RegExp,
  platform: WantedPlatform = {},
): Promise<void> {
  const temporaryDirectory = await tempDir(t);
  const error = await t.throwsAsync(readImage(path, { platform, temporaryDirectory }), {
    instanceOf: Failure,
    message: says,
  });
  t.is(error.code, code);
  t.deepEqual(await readdir(temporaryDirectory), []);
}

test('layers of all kinds keep their bytes and types', async (t) => {
  const layers = [
    gzipped('a'),
    { bytes: layerOf('b'), mediaType: mediaType.layer },
    { bytes: zstdCompressSync(layerOf('c')), mediaType: mediaType.layerZstd },
    { bytes: gzipSync(layerOf('d')), mediaType: mediaType.dockerLayerGzip },
  ];
  const created = '2026-01-02T03:04:05.678Z';
  const path = await layout(t, {
    layers,
    created,
    osVersion: '12',
    platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
  });
  const image = await read(t, path);
  const { kind, os, architecture, variant, osVersion } = image;
  t.deepEqual(
    { kind, os, architecture, variant, osVersion, created: image.created },
    { kind: 'oci-layout', os: 'linux', architecture: 'arm', variant: 'v7', osVersion: '12', created },
  );
  t.deepEqual(
    image.layers.map((layer) => layer.mediaType),
    layers.map((layer) => layer.mediaType),
  );
  for (const [i, layer] of image.layers.entries()) {
    t.deepEqual(await buffer(layer.open()), layers[i]?.bytes);
    t.is(layer.digest, sha256(layers[i]?.bytes ?? Buffer.alloc(0)));
    t.is(layer.diffId, sha256(layerOf('abcd'[i] ?? '')));
  }
});

test("docker's manifests and lists are read like OCI's", async (t) => {
  const root = await tempDir(t);
  const types = { manifestType: mediaType.dockerManifest, configType: mediaType.dockerConfig };
  const layer = { bytes: gzipSync(layerOf('a')), mediaType: mediaType.dockerLayerGzip };
  const manifests = await writeLayout(root, [{ ...types, layers: [layer] }]);
  await writeIndex(root, [await writeBlob(root, mediaType.dockerIndex, { schemaVersion: 2, manifests })]);
  t.is((await read(t, root)).layers[0]?.mediaType, mediaType.dockerLayerGzip);
});

const own = ownArchitecture();
const foreign = own === 'arm64' ? 'amd64' : 'arm64';
const image = (os: string, architecture: string, more: Partial<LayoutImage> = {}): LayoutImage => ({
  platform: { os, architecture },
  layers: [gzipped(`${os}-${architecture}`)],
  ...more,
});

test('of several platforms it takes the one that is wanted, else the one of this machine', async (t) => {
  const path = await layout(t, image('linux', foreign), image('linux', own), image('windows', own));
  t.is((await read(t, path)).layers[0]?.diffId, sha256(layerOf(`linux-${own}`)));
  t.is((await read(t, path, { architecture: foreign })).architecture, foreign);
  t.is((await read(t, path, { os: 'windows' })).os, 'windows');
  await fails(t, path, 'invalid', /none of its images is for any system\/vax: it holds linux\//, {
    architecture: 'vax',
  });
});

test('the only image is taken, whatever it is for, but not for something else', async (t) => {
  const path = await layout(t, image('linux', foreign, { osVersion: '7' }));
  t.is((await read(t, path)).architecture, foreign);
  t.is((await read(t, path, { osVersion: '7' })).osVersion, '7');
  await fails(t, path, 'invalid', /none of its images/, { architecture: own });
  await fails(t, path, 'invalid', /none of its images/, { osVersion: '8' });
});

const named = (name: string, layer: string): LayoutImage =>
  image('linux', own, {
    layers: [gzipped(layer)],
    annotations: { 'org.opencontainers.image.ref.name': name },
  });

test('what cannot be decided is listed', async (t) => {
  await fails(
    t,
    await layout(t, named('old', 'a'), named('new', 'b')),
    'invalid',
    /several images, .*\(old\), .*\(new\)/,
  );
  t.is(
    (await read(t, await layout(t, named('old', 'a'), named('new', 'a')))).os,
    'linux',
    'two names of one image',
  );
});

test('attestations and images that were left out are no choice', async (t) => {
  const root = await tempDir(t);
  const unknown = { os: 'unknown', architecture: 'unknown' };
  const listed = await writeLayout(root, [
    image('linux', foreign),
    { ...image('linux', own), platform: unknown },
    image('linux', own, { annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }),
    image('plan9', own),
  ]);
  await rm(join(root, 'blobs', (listed[3]?.digest ?? '').replace(':', '/')));
  t.is((await read(t, root)).architecture, foreign);
});

test('an image that lies is refused', async (t) => {
  const good = gzipped('a');
  const other = sha256(Buffer.from('other'));
  await fails(
    t,
    await layout(t, image('linux', own, { layers: [{ ...good, size: 7 }] })),
    'mismatch',
    /layer 1 .* bytes, not 7/,
  );
  await fails(
    t,
    await layout(t, image('linux', own, { layers: [{ ...good, digest: other }] })),
    'invalid',
    /lacks its layer 1/,
  );
  await fails(
    t,
    await layout(t, image('linux', own, { diffIds: [other, other] })),
    'invalid',
    /names 2 layers, and .* 1/,
  );
  for (const wrong of [mediaType.layer, mediaType.layerZstd, mediaType.dockerLayer]) {
    const path = await layout(t, image('linux', own, { layers: [{ ...good, mediaType: wrong }] }));
    await fails(t, path, 'invalid', /layer 1 .* is not what its media type/);
  }
  const artifact = image('linux', own, { layers: [{ ...good, mediaType: 'text/plain' }] });
  await fails(t, await layout(t, artifact), 'invalid', /media type text\/plain/);
});

test('a document that was changed is refused', async (t) => {
  const root = await tempDir(t);
  const [listed] = await writeLayout(root, [image('linux', own)]);
  const path = join(root, 'blobs', (listed?.digest ?? '').replace(':', '/'));
  await writeFile(path, `${await readFile(path, 'utf8')} `);
  await fails(t, root, 'mismatch', /hashes to sha256:/);
  await writeFile(join(root, 'index.json'), '{');
  await fails(t, root, 'invalid', /index.json is not the JSON/);
});

test('indexes that go round in a circle end', async (t) => {
  const root = await tempDir(t);
  let manifests = await writeLayout(root, [image('linux', own)]);
  for (let depth = 0; depth < 6; depth++) {
    manifests = [await writeBlob(root, mediaType.index, { schemaVersion: 2, manifests })];
  }
  await writeIndex(root, manifests);
  await fails(t, root, 'invalid', /nested too deeply/);
});

/** `docker save` of two layers as it was before OCI layouts, the second layer a link to the first. */
async function oldArchive(t: ExecutionContext, change: (root: string) => Promise<void>): Promise<string> {
  const root = await tempDir(t);
  const tree = join(root, 'tree');
  await mkdir(join(tree, 'aaaa'), { recursive: true });
  await mkdir(join(tree, 'bbbb'));
  await writeFile(join(tree, 'aaaa/layer.tar'), layerOf('a'));
  await symlink('../aaaa/layer.tar', join(tree, 'bbbb/layer.tar'));
  const diffId = sha256(layerOf('a'));
  const config = {
    os: 'linux',
    architecture: own,
    created: 'yesterday',
    rootfs: { type: 'layers', diff_ids: [diffId, diffId] },
  };
  await writeFile(join(tree, 'cccc.json'), JSON.stringify(config));
  await writeManifest(tree, ['aaaa/layer.tar', 'bbbb/layer.tar']);
  await change(tree);
  await run('tar', ['-cf', join(root, 'saved.tar'), '-C', tree, '.']);
  return join(root, 'saved.tar');
}

async function writeManifest(tree: string, layers: string[], more: object[] = []): Promise<void> {
  const entries = [{ Config: 'cccc.json', RepoTags: ['some:tag'], Layers: layers }, ...more];
  await writeFile(join(tree, 'manifest.json'), JSON.stringify(entries));
}

test('old docker archives share a layer by a link', async (t) => {
  const found = await read(t, await oldArchive(t, async () => {}));
  t.is(found.kind, 'docker-archive');
  t.is(found.created, undefined, 'a time that is none says nothing');
  t.is(found.layers.length, 2);
  for (const layer of found.layers) t.deepEqual(await buffer(layer.open()), layerOf('a'));
  await found.close();
});

test('two tags of one image in a docker archive are one image', async (t) => {
  const layers = ['aaaa/layer.tar', 'bbbb/layer.tar'];
  const again = { Config: 'cccc.json', RepoTags: ['other:tag'], Layers: layers };
  const found = await read(t, await oldArchive(t, (tree) => writeManifest(tree, layers, [again])));
  t.is(found.layers.length, 2);
  await found.close();
});

test('new docker archives are OCI layouts', async (t) => {
  const path = await oldArchive(t, async (tree) => {
    await writeLayout(tree, [image('linux', own)]);
  });
  const found = await read(t, path);
  t.is(found.kind, 'oci-layout');
  await found.close();
});

test('names in an archive lead nowhere but into it', async (t) => {
  const outside = await tempDir(t);
  await writeFile(join(outside, 'layer.tar'), layerOf('a'));
  for (const name of [join(outside, 'layer.tar'), '../../../../../../etc/passwd', 'loop', 'away']) {
    const path = await oldArchive(t, async (tree) => {
      await symlink('loop', join(tree, 'loop'));
      await symlink(join(outside, 'layer.tar'), join(tree, 'away'));
      await writeManifest(tree, ['aaaa/layer.tar', name]);
    });
    await fails(t, path, 'invalid', /it lacks its layer 2/);
  }
});

test('an archive that was cut short leaves nothing', async (t) => {
  const root = await tempDir(t);
  const whole = await readFile(await oldArchive(t, async () => {}));
  await writeFile(join(root, 'cut.tar'), whole.subarray(0, 3000));
  await fails(t, join(root, 'cut.tar'), 'invalid', /it is cut short/);
  await writeFile(join(root, 'cut.tar.gz'), gzipSync(whole).subarray(0, -9));
  await fails(t, join(root, 'cut.tar.gz'), 'invalid', /damaged or cut short/);
  await writeFile(join(root, 'more.tar.gz'), Buffer.concat([gzipSync(whole), Buffer.alloc(20)]));
  await fails(t, join(root, 'more.tar.gz'), 'invalid', /other bytes follow the end of the compressed data/);
});

test('a filesystem with a manifest.json is a filesystem', async (t) => {
  const path = await oldArchive(t, async (tree) => {
    await mkdir(join(tree, 'etc'));
  });
  t.is((await read(t, path)).kind, 'tar');
});

test('what is neither is refused in words', async (t) => {
  const root = await tempDir(t);
  await writeFile(join(root, 'text'), 'hello');
  await writeFile(join(root, 'empty'), '');
  await fails(t, join(root, 'text'), 'invalid', /it is no tar, neither plain nor compressed/);
  await fails(t, join(root, 'empty'), 'invalid', /it is no tar/);
  await fails(t, join(root, 'none'), 'invalid', /there is no such file/);
  await fails(t, root, 'invalid', /a directory must be an OCI image layout/);
});

test('an index that is listed again and again is read once', async (t) => {
  const root = await tempDir(t);
  let manifests = await writeLayout(root, [image('linux', own)]);
  for (let depth = 0; depth < 3; depth++) {
    const inner = await writeBlob(root, mediaType.index, { schemaVersion: 2, manifests });
    manifests = Array.from({ length: 2000 }, () => inner);
  }
  await writeIndex(root, manifests);
  const found = await read(t, root);
  t.is(found.layers.length, 1);
});

test('of a name that comes again in an archive, the last one holds', async (t) => {
  const root = await layout(t, image('linux', own));
  const tar = join(await tempDir(t), 'layout.tar');
  await run('tar', ['-cf', tar, '-C', root, '.']);
  await run('tar', ['-rf', tar, '-C', root, './oci-layout', './index.json', './oci-layout']);
  const found = await read(t, tar);
  t.is(found.layers.length, 1);
  await found.close();
});
