import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import type { DropletRecord } from '../../src/droplet/record.ts';
import { assembleDroplet, assembleRootfs, type Image, type Layer } from '../../src/image/assemble.ts';
import { readOrigin } from '../../src/image/labels.ts';
import { sha256, type Digest } from '../../src/oci/digest.ts';
import { mediaType } from '../../src/oci/media-type.ts';
import type { RootfsRecord } from '../../src/rootfs/record.ts';

const golden = join(import.meta.dirname, '..', '..', 'fixtures', 'golden');
const digest = (text: string): Digest => sha256(text);

const rootfs: RootfsRecord = {
  format: 1,
  stack: 'cflinuxfs4',
  version: '1.268.0',
  os: 'linux',
  architecture: 'amd64',
  layers: [
    {
      mediaType: mediaType.layerGzip,
      digest: digest('r1'),
      diffId: digest('r1 tar'),
      size: 1000,
      object: 'v1/objects/a',
    },
    {
      mediaType: mediaType.dockerLayerGzip,
      digest: digest('r2'),
      diffId: digest('r2 tar'),
      size: 20,
      object: 'v1/objects/b',
    },
  ],
  provides: [],
  contents: { files: 10, packages: 2, libraries: 3 },
  source: { kind: 'oci-layout' },
};

const launcher: Layer = {
  descriptor: { mediaType: mediaType.layer, digest: digest('launcher'), size: 4096 },
  diffId: digest('launcher'),
  createdBy: 'dropstack launcher 1',
};

const droplet: DropletRecord = {
  format: 1,
  guid: '4c2e9d1a-app',
  hash: 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3',
  variant: 'f1-gzip',
  object: 'v1/objects/c',
  mediaType: mediaType.layerGzip,
  digest: digest('droplet'),
  size: 123_456,
  diffId: digest('droplet tar'),
  diffSize: 654_321,
  sourceSha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  sourceSize: 120_000,
  time: 1_700_000_000,
  entries: 12,
  startCommand: 'node server.js --title "ä & ü"',
  rulesVersion: 1,
  warnings: [],
};

/** `UPDATE_GOLDEN=1` writes them anew: then every digest that was ever served changes its meaning for new pulls. */
async function matchGolden(
  t: ExecutionContext,
  name: string,
  { manifest, config, origin }: Image,
): Promise<void> {
  for (const [kind, { bytes }] of Object.entries({ manifest, config })) {
    const path = join(golden, `${name}.${kind}.json`);
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, bytes);
    t.is(bytes.toString(), await readFile(path, 'utf8'), `${name} ${kind}`);
    t.deepEqual(readOrigin(bytes)?.origin, origin);
  }
}

test('images are byte for byte what they always were', async (t) => {
  const windows = { ...rootfs, os: 'windows', osVersion: '10.0.17763.1', created: '2026-01-02T03:04:05Z' };
  const { startCommand: _, ...withoutCommand } = droplet;
  await matchGolden(t, 'droplet', assembleDroplet(rootfs, launcher, droplet));
  await matchGolden(t, 'droplet-without-launcher', assembleDroplet(rootfs, undefined, withoutCommand));
  await matchGolden(t, 'windows', assembleDroplet(windows, launcher, droplet));
  await matchGolden(t, 'rootfs', assembleRootfs(windows));
});

test('manifest and config name each other and agree on the layers', (t) => {
  const { manifest, config } = assembleDroplet(rootfs, launcher, droplet);
  const parsed = JSON.parse(manifest.bytes.toString()) as {
    config: { digest: string; size: number };
    layers: unknown[];
  };
  t.is(parsed.config.digest, String(config.digest));
  t.is(parsed.config.size, config.bytes.length);
  const { rootfs: unpacked, history } = JSON.parse(config.bytes.toString()) as {
    rootfs: { diff_ids: string[] };
    history: unknown[];
  };
  t.is(parsed.layers.length, 4);
  t.is(unpacked.diff_ids.length, 4);
  t.is(history.length, 4);
});

test('the user is numeric, so that runAsNonRoot can check it', (t) => {
  const { config } = assembleDroplet(rootfs, launcher, droplet);
  t.is((JSON.parse(config.bytes.toString()) as { config: { User: string } }).config.User, '2000:2000');
});

test('either digest tells what the image is made of', (t) => {
  const { manifest, config } = assembleDroplet(rootfs, launcher, droplet);
  const origin = {
    rootfs: { stack: 'cflinuxfs4', version: '1.268.0' },
    droplet: { guid: droplet.guid, hash: droplet.hash, sha256: droplet.sourceSha256 },
  };
  t.deepEqual(readOrigin(manifest.bytes), { kind: 'manifest', origin });
  t.deepEqual(readOrigin(config.bytes), { kind: 'config', origin });
  const bare = assembleRootfs(rootfs);
  t.deepEqual(readOrigin(bare.config.bytes), { kind: 'config', origin: { rootfs: origin.rootfs } });
});

test('configs differ wherever manifests do, so that a config leads to one manifest', (t) => {
  const change = fc.record({
    stack: fc.constantFrom('a', 'b'),
    version: fc.constantFrom('1', '2'),
    guid: fc.constantFrom('guid-a', 'guid-b'),
    layer: fc.constantFrom('gzip', 'zstd'),
    time: fc.constantFrom(0, 1, 1e15),
  });
  fc.assert(
    fc.property(change, change, (a, b) => {
      const [one, two] = [make(a), make(b)];
      t.is(one.manifest.digest === two.manifest.digest, one.config.digest === two.config.digest);
    }),
  );
});

type Change = { stack: string; version: string; guid: string; layer: string; time: number };

function make({ stack, version, guid, layer, time }: Change): Image {
  return assembleDroplet({ ...rootfs, stack, version }, launcher, {
    ...droplet,
    guid,
    time,
    digest: digest(layer),
  });
}
