/**
 * Crowds: many nodes ask at once for droplets that nobody has converted yet.
 * `npm run bench -- crowd [clients]`
 */
import { join } from 'node:path';
import { readdir } from 'node:fs/promises';
import { startServe, type Served } from '../test/helpers/serve.ts';
import { tinyRootfs } from '../test/helpers/tiny.ts';
import { tempDir } from '../test/helpers/temp.ts';
import { crowd } from '../test/helpers/crowd/crowd.ts';
import type { Pull } from '../test/helpers/crowd/node-client.ts';
import { placeDroplets } from '../test/helpers/crowd/droplets.ts';
import { loopDelay } from '../test/helpers/crowd/loop-delay.ts';
import { median } from './median.ts';

export async function crowdBench(clients: number, droplets: number): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const source = await tempDir(stack);
  const server = await startServe(stack, { config: { layer: { compression: 'zstd' }, source } });
  await server.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(stack, ''), '--promote');
  say(
    '| Crowd | conversions | first answer | median | last answer | put off (429) | backed off | loop delay p99 |',
  );
  say('|---|---|---|---|---|---|---|---|');
  for (const count of [1, droplets]) {
    const names = await placeDroplets(source, count, 8);
    const before = await converted(server);
    await loopDelay(server);
    const pulls = await crowd(server, clients, names);
    const delay = await loopDelay(server);
    const conversions = (await converted(server)) - before;
    const cells = [
      `${clients} clients, ${count} droplets`,
      conversions,
      ...timesOf(pulls),
      `${delay.toFixed(1)} ms`,
    ];
    say(`| ${cells.join(' | ')} |`);
  }
}

/** droplets that have a record */
async function converted({ data }: Served): Promise<number> {
  const names = await readdir(join(data, 'v1/droplets'), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).length;
}

function timesOf(pulls: readonly Pull[]): string[] {
  const begun = Math.min(...pulls.map(({ asked }) => asked));
  const times = pulls.map(({ answered }) => answered - begun).toSorted((a, b) => a - b);
  return [
    `${seconds(times[0])} s`,
    `${seconds(median(times))} s`,
    `${seconds(times.at(-1))} s`,
    String(pulls.reduce((sum, { attempts }) => sum + attempts - 1, 0)),
    String(pulls.reduce((sum, { backoffs }) => sum + backoffs, 0)),
  ];
}

function seconds(milliseconds = NaN): string {
  return (milliseconds / 1000).toFixed(2);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
