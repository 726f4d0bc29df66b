import { readFile, writeFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { extract } from 'tar-stream';
import { launcherFiles, launcherLayer, launcherVersion } from '../../src/layer/launcher.ts';
import { sha256 } from '../../src/oci/digest.ts';

const golden = new URL(`../../fixtures/golden/launcher-${launcherVersion}.sha256`, import.meta.url);

test('a rootfs that has everything gets no layer', async (t) => {
  t.is(await launcherLayer(launcherFiles), undefined);
  t.is(await launcherLayer([...launcherFiles, 'something-else']), undefined);
});

test('a rootfs that has nothing gets the directory before its files, all of them root’s and of no time', async (t) => {
  const layer = await launcherLayer([]);
  const found = await list(layer?.bytes);
  t.deepEqual(
    found.map(({ name }) => name),
    ['lifecycle/', 'lifecycle/launch', 'lifecycle/launcher', 'usr/bin/dumb-init'],
  );
  for (const { mode, uid, gid, mtime } of found) {
    t.deepEqual({ mode, uid, gid, mtime }, { mode: 0o755, uid: 0, gid: 0, mtime: 0 });
  }
});

test('the layer brings only what is missing', async (t) => {
  t.deepEqual(await names(['/lifecycle/launch', '/lifecycle/launcher']), ['usr/bin/dumb-init']);
  t.deepEqual(await names(['dumb-init', '/lifecycle/launch']), ['lifecycle/', 'lifecycle/launcher']);
});

test('the descriptor is that of the gzip, the diffID that of the tar', async (t) => {
  const layer = await launcherLayer([]);
  const bytes = layer?.bytes ?? Buffer.alloc(0);
  t.is(layer?.diffId, sha256(gunzipSync(bytes)));
  t.deepEqual(layer?.descriptor, {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: sha256(bytes),
    size: bytes.length,
  });
});

test('an operator’s own files take the place of ours', async (t) => {
  const files = {
    '/lifecycle/launch': Buffer.from('1'),
    '/lifecycle/launcher': Buffer.from('22'),
    'dumb-init': Buffer.from('333'),
  };
  const found = await list((await launcherLayer([], files))?.bytes);
  t.deepEqual(
    found.map(({ content }) => content),
    ['', '1', '22', '333'],
  );
});

test('the bytes of a launcher version never change', async (t) => {
  const lines = [];
  for (const provided of subsets(launcherFiles)) {
    const layer = await launcherLayer(provided);
    lines.push(`${layer?.descriptor.digest ?? 'none'}  with ${provided.join(' ') || 'nothing'}\n`);
  }
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(golden, lines.join(''));
  const expected = await readFile(golden, 'utf8');
  t.is(
    lines.join(''),
    expected,
    'when the scripts change, raise launcherVersion and write a new golden file',
  );
});

async function names(provided: string[]): Promise<string[]> {
  return (await list((await launcherLayer(provided))?.bytes)).map(({ name }) => name);
}

type Listed = { name: string; mode: number; uid: number; gid: number; mtime: number; content: string };

async function list(bytes: Buffer | undefined): Promise<Listed[]> {
  if (bytes === undefined) return [];
  const listed: Listed[] = [];
  for await (const entry of Readable.from([gunzipSync(bytes)]).pipe(extract())) {
    const { name, mode, uid, gid, mtime } = entry.header;
    const content = (await buffer(entry)).toString();
    listed.push({ name, mode, uid, gid, mtime: mtime.getTime(), content });
  }
  return listed;
}

function subsets(all: readonly string[]): string[][] {
  const [first, ...rest] = all;
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((subset) => [subset, [first, ...subset]]);
}
