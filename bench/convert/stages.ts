import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { RewriteStream } from '../../src/convert/rewrite-stream.ts';
import { defaultLimits } from '../../src/droplet/rules.ts';
import { compressor } from '../../src/layer/compress.ts';
import { Gunzip } from '../../src/layer/gunzip.ts';
import { Meter } from '../../src/layer/meter.ts';
import { layerSettings } from '../../src/layer/settings.ts';
import { tempDir } from '../../test/helpers/temp.ts';
import type { BenchDroplet } from '../droplets/describe.ts';
import { median } from '../median.ts';

type Steps = () => Transform[];

const settings = layerSettings.parse({});

/** What each step adds to those before it. Those that compress add to the third. */
const additions: readonly [name: string, steps: Steps][] = [
  ['read, SHA-1 and SHA-256 of the droplet', () => [new Meter('sha1', 'sha256')]],
  ['gunzip', () => [new Meter('sha1', 'sha256'), new Gunzip()]],
  ['rewrite, SHA-256 of the layer', rewritten],
  ['zstd', () => [...rewritten(), ...compressing('zstd'), new Meter('sha256')]],
  ['gzip', () => [...rewritten(), ...compressing('gzip'), new Meter('sha256')]],
];

/** The share of each stage in the CPU time of a conversion, in one process, one block at a time. */
export async function costs(droplet: BenchDroplet, rounds: number): Promise<string> {
  const seconds = new Map<string, number[]>();
  const add = (name: string, value: number): void => {
    seconds.set(name, [...(seconds.get(name) ?? []), value]);
  };
  for (let round = 0; round <= rounds; round++) {
    const sums: number[] = [];
    for (const [name, steps] of additions) {
      const sum = await cpuSecondsOf(() => pipeline([source(droplet), ...steps(), nowhere()]));
      const before = sums[Math.min(sums.length, 3) - 1] ?? 0;
      sums.push(sum);
      // The first round compiles the code.
      if (round > 0) add(name, sum - before);
    }
    const written = await writing(droplet);
    if (round > 0) add('write an uncompressed layer', written - (sums[2] ?? 0));
  }
  const rows = [...seconds].map(([name, values]) => `| ${name} | ${(median(values) * 1000).toFixed(0)} ms |`);
  return ['| Stage | CPU |', '|---|---|', ...rows].join('\n');
}

async function writing(droplet: BenchDroplet): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const path = join(await tempDir(stack), 'layer');
  return await cpuSecondsOf(async () => {
    const file = await open(path, 'wx');
    await pipeline([source(droplet), ...rewritten(), file.createWriteStream({ flush: true })]);
    await rm(path);
  });
}

function rewritten(): Transform[] {
  return [
    new Meter('sha1', 'sha256'),
    new Gunzip(),
    new RewriteStream(settings, defaultLimits, () => Infinity),
  ];
}

function compressing(compression: 'gzip' | 'zstd'): Transform[] {
  const { stream } = compressor(compression);
  return stream === undefined ? [] : [stream];
}

function source({ path }: BenchDroplet): NodeJS.ReadableStream {
  return createReadStream(path, { highWaterMark: 1024 * 1024 });
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

async function cpuSecondsOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
