import { join } from 'node:path';
import { run } from '../../test/helpers/run.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import type { Usage } from '../peers/measured.ts';

const script = join(import.meta.dirname, 'floor-process.ts');

/** The least that a conversion can do, in a process of its own, whose start is not counted. */
export async function floor({ path }: BenchDroplet): Promise<Usage> {
  return JSON.parse((await run(process.execPath, [script, path])).stdout) as Usage;
}
