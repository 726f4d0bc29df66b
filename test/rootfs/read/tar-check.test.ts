import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import test, { type ExecutionContext } from 'ava';
import { assert, integer, array, uint8Array, asyncProperty, constantFrom, record } from 'fast-check';
import { isFailure } from '../../../src/errors.ts';
import { Budget } from '../../../src/rootfs/read/budget.ts';
import { defaultLimits, type Limits } from '../../../src/rootfs/read/limits.ts';
import { TarCheck } from '../../../src/rootfs/read/tar-check.ts';
import { run } from '../../helpers/run.ts';
import { tempDir } from '../../helpers/temp.ts';
import { header, paxHeader } from './tar-bytes.ts';

const end = Buffer.alloc(1024);

/** What the check says of a tar that comes in chunks of these sizes, again and again; empty: nothing. */
async function verdict(
  tar: Buffer,
  sizes: readonly number[] = [65_536],
  limits: Partial<Limits> = {},
): Promise<string> {
  const budget = new Budget({ ...defaultLimits, ...limits });
  let passed = 0;
  try {
    await pipeline(
      Readable.from(chunks(tar, sizes), { objectMode: false }),
      new TarCheck(budget, () => 1),
      async (checked: AsyncIterable<Buffer>) => {
        for await (const chunk of checked) passed += chunk.length;
      },
    );
    return passed === tar.length ? '' : `only ${passed} bytes passed`;
  } catch (error) {
    if (isFailure(error, 'invalid', 'too-large')) return `${error.code}: ${error.message}`;
    throw error;
  }
}

function* chunks(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function gnuTar(t: ExecutionContext, ...options: string[]): Promise<Buffer> {
  const root = await tempDir(t);
  await mkdir(join(root, 'tree/folder'), { recursive: true });
  await writeFile(join(root, 'tree/folder/file'), 'x'.repeat(1500));
  await writeFile(join(root, 'tree/holes'), 'start');
  await truncate(join(root, 'tree/holes'), 1024 * 1024);
  if (!options.includes('--format=v7') && !options.includes('--format=ustar')) {
    await writeFile(join(root, 'tree/folder', 'ä'.repeat(120)), 'a long name');
  }
  await run('tar', [...options, '-cf', join(root, 'out.tar'), '-C', join(root, 'tree'), '.']);
  return readFile(join(root, 'out.tar'));
}

for (const format of ['gnu', 'posix', 'ustar', 'v7']) {
  test(`passes what GNU tar writes in the format ${format}`, async (t) => {
    t.is(await verdict(await gnuTar(t, `--format=${format}`)), '');
  });
}

for (const format of ['gnu', 'posix']) {
  test(`refuses what GNU tar writes of sparse files in the format ${format}`, async (t) => {
    t.regex(
      await verdict(await gnuTar(t, '--sparse', `--format=${format}`)),
      /^invalid: no container runtime/,
    );
  });
}

const body = Buffer.alloc(512, 'b');
const damaged = header({ type: '0', size: 0 });
damaged[0] = 1;
const cases: readonly [name: string, tar: Buffer, says: RegExp][] = [
  ['an empty tar', end, /^$/],
  ['many zero blocks', Buffer.alloc(10_240), /^$/],
  ['a size in base-256', Buffer.concat([header({ size: 3, base256: true }), body, end]), /^$/],
  ['a size by PAX', Buffer.concat([paxHeader({ size: '600' }), header({ size: 0 }), body, body, end]), /^$/],
  ['an empty PAX header', Buffer.concat([header({ type: 'x', size: 0 }), header({ size: 0 }), end]), /^$/],
  ['a hard link without a body', Buffer.concat([header({ type: '1', size: 0 }), end]), /^$/],
  ['nothing', Buffer.alloc(0), /^invalid: it ends before the two zero blocks .*byte 0/],
  ['no end', Buffer.concat([header({ size: 512 }), body]), /^invalid: it ends before the two zero blocks/],
  ['one zero block', Buffer.concat([header({ size: 0 }), end.subarray(512)]), /^invalid: it ends before/],
  ['an end in a body', Buffer.concat([header({ size: 513 }), body]), /^invalid: it ends before/],
  [
    'garbage after the end',
    Buffer.concat([end, Buffer.from('x')]),
    /^invalid: data follows its end \(byte 1025/,
  ],
  ['a second tar', Buffer.concat([end, header({ size: 0 }), end]), /^invalid: data follows its end/],
  [
    'an entry after a zero block',
    Buffer.concat([end.subarray(512), header({ size: 0 }), end]),
    /^invalid: an entry follows/,
  ],
  ['a wrong checksum', Buffer.concat([damaged, end]), /^invalid: there is no tar header .*byte 512/],
  ['text', Buffer.alloc(2048, 'text '), /^invalid: there is no tar header/],
  [
    'a link with a body',
    Buffer.concat([header({ type: '1', size: 3 }), body, end]),
    /^invalid: an entry of type 1 has a size/,
  ],
  [
    'a link with a body by PAX',
    Buffer.concat([paxHeader({ size: '3' }), header({ type: '2', size: 0 }), body, end]),
    /^invalid: an entry of type 2/,
  ],
  [
    'a volume label',
    Buffer.concat([header({ type: 'V', size: 0 }), end]),
    /^invalid: no container runtime .*"V"/,
  ],
  [
    'a negative size by PAX',
    Buffer.concat([paxHeader({ size: '-1' }), header({ size: 0 }), end]),
    /^invalid: a PAX header gives a size/,
  ],
  [
    'a size for all',
    Buffer.concat([paxHeader({ size: '3' }, 'g'), header({ size: 0 }), end]),
    /^invalid: a PAX header gives a size/,
  ],
  [
    'a PAX record that is too long',
    Buffer.concat([header({ type: 'x', size: 9 }), pad('99 a=b\n'), header({ size: 0 }), end]),
    /^invalid: a PAX header is malformed/,
  ],
  [
    'a PAX record without a length',
    Buffer.concat([header({ type: 'x', size: 12 }), pad('6 a=b\nc=d\n'), header({ size: 0 }), end]),
    /^invalid: a PAX header is malformed/,
  ],
  [
    'a PAX record without =',
    Buffer.concat([header({ type: 'x', size: 5 }), pad('5 ab\n'), header({ size: 0 }), end]),
    /^invalid: a PAX header is malformed/,
  ],
  [
    'a PAX header without an end',
    Buffer.concat([header({ type: 'x', size: 2_000_000 }), body]),
    /^invalid: a header is larger than/,
  ],
];

for (const [name, tar, says] of cases) {
  test(`${says.source === '^$' ? 'passes' : 'refuses'} ${name}`, async (t) => {
    t.regex(await verdict(tar), says);
    t.regex(await verdict(tar, [1]), says);
  });
}

const two = Buffer.concat([header({ size: 512 }), body, header({ size: 0 }), end]);
const bounds: readonly [Partial<Limits>, RegExp][] = [
  [{ entries: 2, bytes: two.length }, /^$/],
  [{ entries: 1 }, /^too-large: .* 1 entries/],
  [{ bytes: two.length - 1 }, /^too-large: .* bytes/],
  [{ ratioFrom: two.length - 1, ratio: 5 }, /^too-large: .* 5 times its own size/],
  [{ ratioFrom: two.length, ratio: 5 }, /^$/],
];
for (const [limits, says] of bounds) {
  test(`keeps to ${JSON.stringify(limits)}`, async (t) => {
    t.regex(await verdict(two, [100], limits), says);
  });
}

test('neither chunks nor damage make it disagree with itself or fail otherwise', async (t) => {
  const whole = await gnuTar(t, '--format=posix');
  const damage = record({ at: integer({ min: 0, max: 8192 }), byte: integer({ min: 0, max: 255 }) });
  const sizes = array(integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 });
  await assert(
    asyncProperty(array(damage, { maxLength: 3 }), sizes, async (bytes, chunkSizes) => {
      const tar = Buffer.from(whole.subarray(0, 12_288));
      for (const { at, byte } of bytes) tar[at] = byte;
      return withoutOffset(await verdict(tar, chunkSizes)) === withoutOffset(await verdict(tar));
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('arbitrary bytes are judged, never thrown at', async (t) => {
  const block = uint8Array({ minLength: 512, maxLength: 512 }).map((bytes) => Buffer.from(bytes));
  const good = constantFrom(header({ size: 0 }), header({ size: 700 }), paxHeader({ size: '9' }), end);
  await assert(
    asyncProperty(array(good, { maxLength: 6 }), block, async (blocks, rest) => {
      const tar = Buffer.concat([...blocks, rest]);
      return withoutOffset(await verdict(tar, [7])) === withoutOffset(await verdict(tar));
    }),
    { numRuns: 100 },
  );
  t.pass();
});

/** What follows the end is found somewhere in its chunk. */
function withoutOffset(text: string): string {
  return text.replace(/\(byte \d+ of the tar\)/, '');
}

function pad(text: string): Buffer {
  const block = Buffer.alloc(512);
  block.write(text);
  return block;
}
