/**
 * What a conversion costs, beside others that do the same job and beside the least that any program could do, on real
 * droplets, one after the other in turn. `npm run bench -- convert [rounds] [droplet...]`
 */
import { benchDroplets, type DropletName } from './droplets/bench-droplets.ts';
import type { BenchDroplet } from './droplets/describe.ts';
import { peers, type Peer } from './peers/peers.ts';
import type { Usage } from './peers/measured.ts';
import { startContenders } from './convert/contenders.ts';
import { floor } from './convert/floor.ts';
import { costs } from './convert/stages.ts';
import { median } from './median.ts';

const all = Object.keys(benchDroplets) as DropletName[];

export async function convertBench(rounds: number, names: readonly DropletName[]): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const contenders: Record<string, Peer> = {
    floor: { label: 'gunzip and three hashes, no output', measure: floor },
    ...(await startContenders(stack)),
    ...peers,
  };
  for (const [name, { label }] of Object.entries(contenders)) say(`${name}: ${label}`);
  for (const name of names.length === 0 ? all : names) {
    const droplet = await benchDroplets[name]();
    const usages = await inTurn(rounds, contenders, droplet);
    say(`\n${title(droplet)}\n`);
    say(table(usages));
    say(`\n${await costs(droplet, rounds)}`);
  }
}

/** Each round visits all, beginning with another one: whatever else the machine does meets them alike. */
async function inTurn(
  rounds: number,
  contenders: Record<string, Peer>,
  droplet: BenchDroplet,
): Promise<Map<string, Usage[]>> {
  const names = Object.keys(contenders);
  const usages = new Map<string, Usage[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const at of names.keys()) {
      const name = names[(at + round) % names.length] ?? '';
      const usage = await contenders[name]?.measure(droplet);
      if (usage !== undefined) usages.get(name)?.push(usage);
    }
  }
  return usages;
}

function table(usages: ReadonlyMap<string, Usage[]>): string {
  const rows = [...usages].map(([name, list]) => ({
    name,
    wall: median(list.map(({ wallMs }) => wallMs)),
    cpu: median(list.map(({ cpuSeconds }) => cpuSeconds)) * 1000,
    peak: median(list.map(({ peakRss }) => peakRss)),
  }));
  const least = rows.find(({ name }) => name === 'floor');
  const bits = rows.find(({ name }) => name === 'bits-service');
  const lines = rows.map(({ name, wall, cpu, peak }) =>
    [
      name,
      `${wall.toFixed(0)} ms`,
      times((bits?.wall ?? NaN) / wall),
      times(wall / (least?.wall ?? NaN)),
      `${cpu.toFixed(0)} ms`,
      times(cpu / (least?.cpu ?? NaN)),
      `${(peak / 1e6).toFixed(0)} MB`,
    ].join(' | '),
  );
  return [
    '| Who | wall | faster than bits-service | of the floor | CPU | of the floor | peak RSS |',
    '|---|---|---|---|---|---|---|',
    ...lines.map((line) => `| ${line} |`),
  ].join('\n');
}

function title({ name, size, unpackedSize, entries }: BenchDroplet): string {
  return `## ${name}: ${mb(size)}, ${mb(unpackedSize)} unpacked, ${entries} entries`;
}

function mb(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function times(ratio: number): string {
  return ratio.toFixed(2);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
