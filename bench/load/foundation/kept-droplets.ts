import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from '../../../test/tools/find-tool.ts';
import { sizesOf } from '../workload/sizes-of.ts';
import type { App, Workload } from '../workload/workload.ts';
import { placeFleetDroplets } from './place-fleet-droplets.ts';

/** Goes up when the same workload gives other droplets. */
const recipe = 1;

export type KeptDroplets = {
  /** a source in Cloud Controller's layout; nobody writes to it */
  source: string;
  apps: App[];
};

/** The droplets of a workload, made once and kept for later runs of any workload that has the same ones. */
export async function keptDroplets(workload: Workload): Promise<KeptDroplets> {
  const { seed, apps } = workload;
  const made = JSON.stringify([recipe, process.versions.zlib, seed, apps, sizesOf(workload)]);
  const home = join(cacheDirectory, `fleet-${apps}-${hashOf(made)}`);
  if (!existsSync(home)) await make(home, workload);
  const list = await readFile(join(home, 'apps.json'), 'utf8');
  return { source: join(home, 'source'), apps: JSON.parse(list) as App[] };
}

/** Where two processes make it at once, the first one wins. */
async function make(home: string, workload: Workload): Promise<void> {
  const partial = `${home}.${process.pid}.partial`;
  try {
    const source = join(partial, 'source');
    await mkdir(source, { recursive: true });
    await writeFile(join(partial, 'apps.json'), JSON.stringify(await placeFleetDroplets(source, workload)));
    await rename(partial, home).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function hashOf(text: string): string {
  return createHash('sha1').update(text).digest('hex').slice(0, 16);
}
