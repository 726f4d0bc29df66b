import { randomBytes } from 'node:crypto';
import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import test from 'ava';
import * as fc from 'fast-check';
import { blockSize } from '../../src/layer/block-compressor.ts';
import { compressor, type CompressorOptions } from '../../src/layer/compress.ts';
import { findIgzip } from '../../src/layer/igzip.ts';
import { Meter } from '../../src/layer/meter.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';

type Compression = 'gzip' | 'zstd';
const unpackers = { gzip: gunzipSync, zstd: zstdDecompressSync };

async function compress(
  compression: Compression,
  chunks: readonly Buffer[],
  options?: CompressorOptions,
): Promise<Buffer> {
  const { stream } = compressor(compression, options);
  if (stream === undefined) throw new Error('there is no stream');
  const [bytes] = await Promise.all([
    buffer(stream),
    pipeline(Readable.from(chunks, { objectMode: true }), stream),
  ]);
  return bytes;
}

/** Half noise, half text, a bit over three blocks. */
const sample = Buffer.concat([
  randomBytes(blockSize * 1.5),
  Buffer.alloc(blockSize * 1.6, 'a text that comes again and again, '),
]);

function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

for (const compression of ['gzip', 'zstd'] as const) {
  test(`${compression}: what comes out depends on the bytes alone, and unpacks to them`, async (t) => {
    const whole = await compress(compression, [sample]);
    t.true(unpackers[compression](whole).equals(sample));
    t.true(whole.length < sample.length * 0.55);
    const sizes = fc.array(fc.integer({ min: 10_000, max: 3 * blockSize }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 4 }), async (chunkSizes, threads) => {
        const bytes = await compress(compression, cut(sample, chunkSizes), { threads });
        t.true(bytes.equals(whole));
      }),
      { numRuns: 12 },
    );
  });

  test(`${compression}: lengths about the size of a block`, async (t) => {
    for (const length of [1, blockSize - 1, blockSize, blockSize + 1, 2 * blockSize]) {
      const bytes = sample.subarray(0, length);
      t.true(unpackers[compression](await compress(compression, [bytes])).equals(bytes), String(length));
    }
  });

  test(`${compression}: one that is given up leaves nothing running that is heard of`, async (t) => {
    const { stream } = compressor(compression, { threads: 2 });
    const failing = Readable.from(
      (function* () {
        yield sample;
        throw new Error('the source broke');
      })(),
      { objectMode: true },
    );
    if (stream === undefined) throw new Error('there is no stream');
    await t.throwsAsync(pipeline(failing, stream, new Meter()), { message: 'the source broke' });
  });
}

for (const compression of ['gzip', 'zstd'] as const) {
  test(`${compression}: a reader that stands still is waited for, not run away from`, async (t) => {
    const { stream } = compressor(compression, { threads: 2 });
    if (stream === undefined) throw new Error('there is no stream');
    const noise = randomBytes(blockSize);
    let given = 0;
    while (given < 50 && (await accepted(stream, noise))) given++;
    t.true(given < 20, `${given} blocks were taken`);
    t.true(stream.readableLength < 10 * blockSize);
    stream.destroy();
  });
}

/** Whether a chunk is taken within half a second. */
async function accepted(stream: Transform, chunk: Buffer): Promise<boolean> {
  const late = new AbortController();
  const taken = new Promise<boolean>((resolve) => {
    stream.write(chunk, () => resolve(true));
  });
  const waited = delay(500, false, { signal: late.signal });
  const first = await Promise.race([taken, waited]);
  late.abort();
  waited.catch(() => {});
  return first;
}

testWith('igzip')('igzip: one that is given up closes its pipes', async (t) => {
  const before = await openFiles();
  for (let turn = 0; turn < 5; turn++) {
    const { stream } = compressor('gzip', { igzip: findIgzip() });
    stream?.write(randomBytes(4_000_000));
    await delay(100);
    stream?.destroy();
  }
  for (let turn = 0; turn < 50 && (await openFiles()) > before; turn++) await delay(20);
  t.true((await openFiles()) <= before, `${await openFiles()} files are open, ${before} were`);
});

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}

test('gzip of nothing is gzip', async (t) => {
  t.is(gunzipSync(await compress('gzip', [])).length, 0);
});

test('gzip is one member, so that readers which know no others read all of it', async (t) => {
  const packed = await compress('gzip', [sample], { threads: 2 });
  const headerLength = 10;
  // Deflate alone ends with the member.
  t.true(inflateRawSync(packed.subarray(headerLength)).equals(sample));
  t.is(packed.readUInt32LE(packed.length - 4), sample.length);
});

testWith('igzip')('igzip: what comes out unpacks to what went in', async (t) => {
  const igzip = findIgzip();
  for (const bytes of [sample, Buffer.alloc(0), sample.subarray(0, 1)]) {
    const packed = await compress('gzip', cut(bytes, [300_000, 10]), { igzip });
    t.true(gunzipSync(packed).equals(bytes));
  }
});

test('an igzip that fails fails the layer, and says which program it was', async (t) => {
  const folder = await tempDir(t);
  for (const [name, script] of Object.entries({
    ends: 'exit 3',
    stops: 'exit 0',
    reads: 'head -c 100000 >/dev/null; exit 4',
  })) {
    const igzip = join(folder, name);
    await writeFile(igzip, `#!/bin/sh\n${script}\n`);
    await chmod(igzip, 0o755);
    await t.throwsAsync(compress('gzip', [sample], { igzip }), {
      code: 'unavailable',
      message: RegExp(igzip),
    });
  }
  await t.throwsAsync(compress('gzip', [sample], { igzip: join(folder, 'none') }), { code: 'unavailable' });
});

test('igzip is looked for on the path', async (t) => {
  const folder = await tempDir(t);
  t.is(findIgzip(`/nowhere:${folder}`), undefined);
  await writeFile(join(folder, 'igzip'), '#!/bin/sh\n', { mode: 0o755 });
  t.is(findIgzip(`/nowhere:${folder}`), join(folder, 'igzip'));
  t.is(findIgzip(''), undefined);
});
