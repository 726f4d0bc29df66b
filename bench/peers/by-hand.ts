import type { BenchDroplet } from '../droplets/describe.ts';
import { freshDisk } from './fresh-disk.ts';
import { measured, type Usage } from './measured.ts';

/** Unpacks the droplet where it belongs and packs that again: tar cannot re-root what it only passes on. */
export async function byHand({ path }: BenchDroplet, ...flags: string[]): Promise<Usage> {
  await using stack = new AsyncDisposableStack();
  const root = await freshDisk(stack, 8);
  return await measured('bash', ['-ec', script, path, root, ...flags]);
}

const script = `
mkdir --parents "$1/tree/home/vcap"
tar --extract --gzip --preserve-permissions --file "$0" --directory "$1/tree/home/vcap"
tar --create --file "$1/layer" --directory "$1/tree" "\${@:2}" home/vcap`;
