import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { busyboxImage } from '../../test/helpers/busybox-image.ts';
import { toolPath } from '../../test/helpers/tools.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import { freshDisk } from './fresh-disk.ts';
import { measured, type Usage } from './measured.ts';

/** Unpacks the droplet, and has umoci make a layer of it over a small image. Needs root, to keep the files' owner. */
export async function umociInsert({ path }: BenchDroplet): Promise<Usage> {
  await using stack = new AsyncDisposableStack();
  const { layout } = await busyboxImage(stack, 'base:1');
  const disk = await freshDisk(stack, 8);
  await cp(layout, join(disk, 'layout'), { recursive: true });
  return await measured('bash', ['-ec', script, path, disk, toolPath('umoci')]);
}

const script = `
mkdir "$1/tree"
tar --extract --gzip --preserve-permissions --file "$0" --directory "$1/tree"
"$2" insert --image "$1/layout:1" --tag app "$1/tree" /home/vcap`;
