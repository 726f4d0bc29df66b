import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { sourceFolder } from '../../../src/droplet/source-key.ts';
import { sizesOf } from '../workload/sizes-of.ts';
import type { App, Workload } from '../workload/workload.ts';
import { dropletEntries } from './droplet-entries.ts';

/** Droplets that are made at once: zlib works in threads of its own. */
const atOnce = 8;

/**
 * Writes the droplets of a workload's apps below `directory`, as Cloud Controller lays them out. Seed, number and sizes decide
 * every byte, with the same zlib.
 * @returns the apps by number
 */
export async function placeFleetDroplets(directory: string, workload: Workload): Promise<App[]> {
  const apps: App[] = [];
  const wanted = sizesOf(workload).entries();
  const work = async (): Promise<void> => {
    // Shared: each takes the next one.
    for (const [at, size] of wanted) apps[at] = await place(directory, guidOf(workload.seed, at), size);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return apps;
}

/** As a version 4 UUID. */
function guidOf(seed: number, app: number): string {
  const hex = createHash('sha256').update(`app ${app} of ${seed}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(12, 15)}`,
    `a${hex.slice(15, 18)}`,
    hex.slice(18, 30),
  ].join('-');
}

async function place(directory: string, name: string, wanted: number): Promise<App> {
  const folder = join(directory, sourceFolder(name));
  await mkdir(folder, { recursive: true });
  const sha1 = createHash('sha1');
  let size = 0;
  await pipeline(
    dropletEntries(name, wanted),
    createGzip({ level: 1 }),
    async function* counted(source: AsyncIterable<Buffer>) {
      for await (const chunk of source) {
        sha1.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    },
    createWriteStream(join(folder, 'partial')),
  );
  const hash = sha1.digest('hex');
  await rename(join(folder, 'partial'), join(folder, hash));
  return { name, hash, size };
}
