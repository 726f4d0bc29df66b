import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { isFailure } from '../../../src/errors.ts';
import { mediaType } from '../../../src/oci/media-type.ts';
import type { FileEntry } from '../../../src/rootfs/contents/contents.ts';
import { run } from '../../helpers/run.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';
import { toolPath } from '../../helpers/tools.ts';
import { writeLayout } from '../layout.ts';
import { contentsOf, layerTar, type Entry } from './layer-tar.ts';

const someName = fc.constantFrom('a', 'b', 'c');
const somePath = fc.array(someName, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const folder = fc.array(someName, { maxLength: 2 }).map((parts) => parts.map((part) => `${part}/`).join(''));
const someMode = fc.constantFrom(0o644, 0o755, 0o600, 0o4755);

const file = fc.record({ name: somePath, mode: someMode, body: fc.constantFrom('', 'x', 'longer') });
const directory = fc.record({
  name: somePath.map((text) => `${text}/`),
  mode: fc.constantFrom(0o755, 0o700),
});
const symlink = fc.record({ name: somePath, type: fc.constant('symlink' as const), linkname: somePath });
const link = fc.record({ name: somePath, type: fc.constant('link' as const), linkname: somePath });
const whiteout = fc.tuple(folder, someName).map(([at, hidden]) => ({ name: `${at}.wh.${hidden}` }));
const opaque = folder.map((at) => ({ name: `${at}.wh..wh..opq` }));

const layer = fc
  .uniqueArray(
    fc.oneof<fc.WeightedArbitrary<Entry>[]>(
      { weight: 4, arbitrary: file },
      { weight: 3, arbitrary: directory },
      { weight: 1, arbitrary: symlink },
      { weight: 1, arbitrary: link },
      { weight: 2, arbitrary: whiteout },
      { weight: 1, arbitrary: opaque },
    ),
    { minLength: 1, maxLength: 8, selector: (entry) => entry.name.replace(/\/$/, '') },
  )
  .map(withLinksToFiles);

testWith('umoci', 'root')('layers hold what umoci unpacks from them', async (t) => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 3 }), async (layers) => {
      const tars = await Promise.all(layers.map((entries) => layerTar(entries)));
      const expected = await unpacked(t, tars);
      // Some it cannot unpack: hard links to nothing, symlinks in circles.
      if (expected === undefined) return;
      t.deepEqual(await found(tars), expected, JSON.stringify(layers));
      compared += 1;
    }),
    { numRuns: 100 },
  );
  t.true(compared > 20);
});

/** Most hard links of random names would lead nowhere: lets those of a layer lead to the files before them. */
function withLinksToFiles(entries: Entry[]): Entry[] {
  return entries.map((entry, index) => {
    const before = entries.slice(0, index).findLast((other) => other.type === undefined && 'body' in other);
    return entry.type === 'link' && before !== undefined ? { ...entry, linkname: before.name } : entry;
  });
}

async function found(tars: Buffer[]): Promise<FileEntry[] | undefined> {
  try {
    const { files } = await contentsOf(...tars);
    return files.map((entry) => comparable(entry));
  } catch (error) {
    if (isFailure(error, 'invalid')) return undefined;
    throw error;
  }
}

/** On a disk the names of a file are equal, and a symlink has no mode of its own. */
function comparable(entry: FileEntry): FileEntry {
  if (entry.type === 'symlink') return { ...entry, mode: 0o777 };
  if (entry.type !== 'link') return entry;
  const { path, mode, size = 0 } = entry;
  return { path, type: 'file', mode, size };
}

async function unpacked(t: ExecutionContext, tars: Buffer[]): Promise<FileEntry[] | undefined> {
  const root = await tempDir(t);
  const layers = tars.map((bytes) => ({ bytes, mediaType: mediaType.layer }));
  const annotations = { 'org.opencontainers.image.ref.name': 'x' };
  await writeLayout(join(root, 'image'), [{ layers, annotations }]);
  const args = ['unpack', '--image', `${join(root, 'image')}:x`, join(root, 'bundle')];
  const { code } = await run(toolPath('umoci'), args, { mayFail: true });
  return code === 0 ? list(join(root, 'bundle/rootfs')) : undefined;
}

async function list(root: string): Promise<FileEntry[]> {
  const { stdout } = await run('find', [root, '-mindepth', '1', '-printf', '%P\\0']);
  const paths = stdout.split('\0').slice(0, -1);
  return Promise.all(paths.toSorted(byCodeUnit).map((each) => describe(root, each)));
}

async function describe(root: string, path: string): Promise<FileEntry> {
  const stat = await lstat(join(root, path));
  const permissions = stat.mode & 0o7777;
  if (stat.isDirectory()) return { path, type: 'directory', mode: permissions };
  if (!stat.isSymbolicLink()) return { path, type: 'file', mode: permissions, size: stat.size };
  return { path, type: 'symlink', mode: 0o777, target: await readlink(join(root, path)) };
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : 1;
}
