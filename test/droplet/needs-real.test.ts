import { createReadStream } from 'node:fs';
import { glob, open } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ElfNeeds } from '../../src/droplet/needs.ts';
import { LayerRewriter } from '../../src/droplet/rewrite.ts';
import { nodeDroplet } from '../helpers/droplets.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { toolPath } from '../helpers/tools.ts';
import { readelf, type Linkage } from '../layer/readelf.ts';
import { nativeDroplet } from './native-droplet.ts';
import { usual } from './rewritten.ts';

const withReadelf = testWith('readelf', 'tar');
const withPip = testWith('readelf', 'tar', 'pip3');

withReadelf('a Node app needs what readelf says', async (t) => {
  const { path } = await nodeDroplet();
  const needs = await needsOfArchive(path);
  t.deepEqual(told(needs), await toldByReadelf(path, await tempDir(t)));
  t.like(needs, { unknown: [], unlisted: 0 });
  t.true(needs.groups.some(({ files }) => files.some((file) => file.path === 'deps/0/node/bin/node')));
});

withPip('so do Python, Java, Go and Rust, and what they bring is known', async (t) => {
  const path = await nativeDroplet();
  const needs = await needsOfArchive(path);
  t.deepEqual(told(needs), await toldByReadelf(path, await tempDir(t)));
  t.like(needs, { unknown: [], unlisted: 0 });
  t.true(needs.elfFiles > 60, `only ${needs.elfFiles} files`);
  const brought = new Set(needs.brings);
  t.true(brought.has('libjvm.so') && needs.brings.some((name) => name.includes('openblas')));
  t.false(brought.has('libc.so.6'));
});

async function needsOfArchive(path: string): Promise<ElfNeeds> {
  const rewriter = new LayerRewriter(usual);
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  await pipeline(createReadStream(path), gunzip, async (tar: AsyncIterable<Buffer>) => {
    for await (const chunk of tar) rewriter.write(chunk);
  });
  rewriter.end();
  return rewriter.summary.needs;
}

function told({ groups }: ElfNeeds): string[] {
  const lines = groups.flatMap(({ needed, requires, files }) => {
    const versions = requires.flatMap(({ library, versions: all }) => all.map((one) => `${library} ${one}`));
    return files.flatMap(({ path, soname }) =>
      linesOf(path, { soname: soname === undefined ? [] : [soname], needed, requires: versions }),
    );
  });
  return lines.toSorted();
}

/** The same by readelf, of the unpacked archive. */
async function toldByReadelf(archive: string, directory: string): Promise<string[]> {
  await run(toolPath('tar'), ['-xzf', archive, '-C', directory, '--no-same-owner']);
  const lines: string[] = [];
  for (const [file, linkage] of await readelf(await elfFiles(directory))) {
    const loaded = / (?:shared|executable)$/.test(linkage.identity);
    if (loaded) lines.push(...linesOf(relative(directory, file), linkage));
  }
  return lines.toSorted();
}

/** A line for the file itself, and one for each thing that it is linked to. */
function linesOf(path: string, links: Pick<Linkage, 'soname' | 'needed' | 'requires'>): string[] {
  const { soname, needed, requires } = links;
  const lines = [soname.map((name) => `is ${name}`), needed.map((name) => `needs ${name}`), requires].flat();
  return [path, ...new Set(lines.map((line) => `${path} ${line}`))];
}

async function elfFiles(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of glob('**/*', { cwd: directory, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await startOf(path)) === '\x7fELF') found.push(path);
  }
  return found;
}

async function startOf(path: string): Promise<string> {
  await using file = await open(path);
  const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
  return buffer.toString('latin1', 0, bytesRead);
}
