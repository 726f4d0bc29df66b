/**
 * Real archives, damaged at random: each is rewritten or refused, whatever the damage, and the same however it is cut.
 * `FUZZ_RUNS=100000 npx ava test/droplet/fuzz.test.ts` looks longer; `FUZZ_SEED` repeats a run.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { RewriteStream } from '../../src/convert/rewrite-stream.ts';
import { DropletRefused } from '../../src/droplet/refusal.ts';
import { defaultLimits } from '../../src/droplet/rules.ts';
import { Gunzip } from '../../src/layer/gunzip.ts';
import { layerSettings } from '../../src/layer/settings.ts';
import { tempDir } from '../helpers/temp.ts';
import { shell } from './gnu-tar.ts';
import { outcome, usual } from './rewritten.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? (process.env['CI'] === 'true' ? 1500 : 150));
const seed = process.env['FUZZ_SEED'];
const parameters = { numRuns, ...(seed === undefined ? {} : { seed: Number(seed) }) };

/** A real tree of long names, links, executables and text, in every form that GNU tar writes. */
async function realArchives(t: ExecutionContext): Promise<Buffer[]> {
  const folder = await tempDir(t);
  await shell(
    `mkdir -p "$1/tree/app" && cd "$1/tree"
     cp -r "$2" app/package; cp "$3" app/bash; ln app/bash app/sh; ln -s bash app/link
     for format in v7 ustar oldgnu gnu posix; do tar --format=$format --sort=name -cf "$1/$format.tar" .; done
     mkdir "app/$(printf 'long%.0s' {1..40})"; ln -s "$(printf 'target/%.0s' {1..30})" app/far
     echo y > "app/$(printf 'long%.0s' {1..40})/$(printf 'name%.0s' {1..40})"
     for format in gnu posix; do tar --format=$format --owner=:3000000 -cf "$1/$format-long.tar" .; done`,
    folder,
    join(import.meta.dirname, '../../node_modules/lru-cache'),
    '/bin/sh',
  );
  const names = ['v7', 'ustar', 'oldgnu', 'gnu', 'posix', 'gnu-long', 'posix-long'];
  return Promise.all(names.map((name) => readFile(join(folder, `${name}.tar`))));
}

type Damage = {
  kind: 'byte' | 'digit' | 'swap' | 'cut' | 'again' | 'zero';
  at: number;
  with: number;
  value: number;
};

const damages = fc.array(
  fc.record<Damage>({
    kind: fc.constantFrom('byte', 'byte', 'digit', 'digit', 'swap', 'cut', 'again', 'zero'),
    at: fc.nat({ max: 1_000_000 }),
    with: fc.nat({ max: 1_000_000 }),
    value: fc.nat({ max: 255 }),
  }),
  { minLength: 1, maxLength: 4 },
);
const chunkSizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 1, max: 1_048_576 })),
  {
    minLength: 1,
    maxLength: 6,
  },
);

/** Headers are hit more often than bodies, and their checksums mended, or nothing else would ever be looked at. */
function damaged(tar: Buffer, damage: readonly Damage[]): Buffer {
  let bytes = Buffer.from(tar);
  for (const { kind, at, with: other, value } of damage) {
    const headers = headersOf(bytes);
    const header = headers[at % headers.length] ?? 0;
    const second = headers[other % headers.length] ?? 0;
    if (kind === 'byte') bytes[header + (other % 512)] = value;
    if (kind === 'digit') bytes.write('01279 \0/'[value % 8] ?? '0', header + 100 + (other % 57), 'latin1');
    if (kind === 'swap') {
      const block = Buffer.from(bytes.subarray(header, header + 512));
      bytes.copy(bytes, header, second, second + 512);
      block.copy(bytes, second);
    }
    if (kind === 'cut') bytes = Buffer.concat([bytes.subarray(0, header), bytes.subarray(second)]);
    if (kind === 'again') bytes = Buffer.concat([bytes.subarray(0, second), bytes.subarray(header)]);
    if (kind === 'zero') bytes.fill(0, header, header + 512 * (value % 4));
    if (value % 8 !== 0) seal(bytes, header);
  }
  return bytes;
}

/** Where something like a header lies. */
function headersOf(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (/^[0-7]{6}[\0 ]{2}$/.test(bytes.toString('latin1', at + 148, at + 156))) found.push(at);
  }
  return found;
}

function seal(bytes: Buffer, header: number): void {
  if (header + 512 > bytes.length) return;
  bytes.fill(' ', header + 148, header + 156);
  const sum = bytes.subarray(header, header + 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, header + 148, 'latin1');
}

/** Few and small, so that they are met. */
const tight = {
  ...usual,
  limits: { ...defaultLimits, maxEntries: 40, maxNameBytes: 120, maxBytes: 2_000_000 },
};

test('damaged archives are rewritten or refused, in the same way however they are cut', async (t) => {
  const archives = await realArchives(t);
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.nat(),
      damages,
      chunkSizes,
      fc.constantFrom(usual, tight),
      (which, damage, sizes, options) => {
        const tar = damaged(archives[which % archives.length] ?? Buffer.alloc(0), damage);
        const whole = outcome(tar, options);
        const pieces = outcome(tar, options, sizes);
        if ('tar' in whole && 'tar' in pieces) {
          t.is(digest(pieces.tar), digest(whole.tar));
          t.deepEqual(pieces.summary, whole.summary);
          t.true(whole.tar.length <= options.limits.maxBytes);
        } else t.deepEqual(pieces, whole);
        const verdict = 'tar' in whole ? 'rewritten' : whole.rule;
        seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
      },
    ),
    parameters,
  );
  t.log(Object.fromEntries([...seen].toSorted(([a], [b]) => a.localeCompare(b))));
  t.true((seen.get('rewritten') ?? 0) > numRuns / 50, 'some damage does not matter');
  t.true(seen.size > 5, 'many rules were met');
});

test('damaged gzip files are rewritten or refused', async (t) => {
  const files = (await realArchives(t)).map((tar) => gzipSync(tar, { level: 1 }));
  const places = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 3 });
  const settings = layerSettings.parse({});
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.nat(), places, chunkSizes, async (which, changes, sizes) => {
      const file = Buffer.from(files[which % files.length] ?? Buffer.alloc(0));
      for (const [at, value] of changes) file[at % file.length] = value;
      const rewrite = new RewriteStream(settings, defaultLimits, () => file.length);
      const failure = await pipeline(Readable.from(cut(file, sizes)), new Gunzip(), rewrite.resume()).catch(
        (error: unknown) => error,
      );
      const isRefusal = failure instanceof DropletRefused;
      const isBadGzip =
        failure instanceof Error && 'code' in failure && String(failure.code).startsWith('Z_');
      t.true(failure === undefined || isRefusal || isBadGzip, String(failure));
      seen.add(isRefusal ? failure.refusal.rule : isBadGzip ? 'gzip' : 'rewritten');
    }),
    { ...parameters, numRuns: Math.ceil(numRuns / 5) },
  );
  t.true(seen.has('gzip'));
});

function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}
