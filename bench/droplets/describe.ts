import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { cached } from '../../test/helpers/cached.ts';
import { run } from '../../test/helpers/run.ts';
import { toolPath } from '../../test/helpers/tools.ts';

/** What is true of a droplet's bytes. Sizes in bytes; `unpackedSize` is that of the tar inside, with its headers. */
type Facts = { sha1: string; size: number; unpackedSize: number; entries: number };

export type BenchDroplet = { name: string; path: string } & Facts;

/** Reads the droplet once for all runs: a file that is kept never changes. */
export async function describe(name: string, path: string): Promise<BenchDroplet> {
  const kept = await cached(`${basename(path)}.facts.json`, async (target) =>
    writeFile(target, JSON.stringify(await factsOf(path))),
  );
  return { name, path, ...(JSON.parse(await readFile(kept, 'utf8')) as Facts) };
}

async function factsOf(path: string): Promise<Facts> {
  const sha1 = createHash('sha1');
  let [size, unpackedSize] = [0, 0];
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    async function* packed(source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        sha1.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createGunzip({ chunkSize: 1 << 18 }),
    async (source: AsyncIterable<Buffer>) => {
      for await (const chunk of source) unpackedSize += chunk.length;
    },
  );
  return { sha1: sha1.digest('hex'), size, unpackedSize, entries: await entriesOf(path) };
}

/** A line each: tar escapes the line breaks of names. */
async function entriesOf(path: string): Promise<number> {
  const { stdout } = await run(toolPath('tar'), ['-tzf', path]);
  return stdout.split('\n').length - 1;
}
