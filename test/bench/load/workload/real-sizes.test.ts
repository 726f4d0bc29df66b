import test from 'ava';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { benchDroplets } from '../../../../bench/droplets/bench-droplets.ts';
import { realSizes } from '../../../../bench/load/workload/real-sizes.ts';
import { cacheDirectory } from '../../../tools/find-tool.ts';

/** Compilers, registries and packages of other machines change some of a droplet. */
const tolerance = 0.05;

test('the sizes are those of the droplets that benchmarks use', async (t) => {
  // It is made from nothing, so every machine has it.
  const { size } = await benchDroplets['small-files']();
  t.true(isNear(size, realSizes['small-files']), String(size));
  for (const [name, wanted] of Object.entries(realSizes))
    for (const kept of await keptSizes(name)) t.true(isNear(kept, wanted), `${name}: ${kept}`);
});

test('they are in order', (t) => {
  const sizes = Object.values(realSizes);
  t.deepEqual(
    sizes,
    sizes.toSorted((a, b) => a - b),
  );
});

/** Of those that some benchmark made here. */
async function keptSizes(name: string): Promise<number[]> {
  const start = name === 'node-60' ? 'node-express-' : `${name}-`;
  const kept = (await readdir(cacheDirectory)).filter(
    (file) => file.startsWith(start) && file.endsWith('.facts.json'),
  );
  const texts = await Promise.all(kept.map((file) => readFile(join(cacheDirectory, file), 'utf8')));
  return texts.map((text) => (JSON.parse(text) as { size: number }).size);
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one / other - 1) < tolerance;
}
