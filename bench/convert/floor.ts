import { join } from 'node:path';
import { run } from '../../test/helpers/run.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import type { Usage } from '../peers/measured.ts';

const script = join(import.meta.dirname, 'floor-process.ts');

/**
 * The least that a conversion can do, in a process of its own, whose start is not counted. With `zstd` it compresses and hashes
 * what comes of it as well, at zstd's level 1, and writes it nowhere.
 */
export async function floor(
  { path }: Pick<BenchDroplet, 'path'>,
  compression: 'none' | 'zstd' = 'none',
): Promise<Usage> {
  return JSON.parse((await run(process.execPath, [script, path, compression])).stdout) as Usage;
}
