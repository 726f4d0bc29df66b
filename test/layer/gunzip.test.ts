import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { Gunzip } from '../../src/layer/gunzip.ts';

async function unpack(bytes: Buffer, chunkSize: number): Promise<Buffer | string> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkSize) }, (_, i) =>
    bytes.subarray(i * chunkSize, (i + 1) * chunkSize),
  );
  const gunzip = new Gunzip();
  pipeline(Readable.from(chunks, { objectMode: false }), gunzip, () => undefined);
  return buffer(gunzip).catch((error: { code?: string }) => error.code ?? 'none');
}

test('members and zeros in any cut give the members, and anything else fails', async (t) => {
  const member = fc.uint8Array({ maxLength: 3000 });
  const tail = fc.oneof(fc.constant(''), fc.constant('garbage'), fc.constant('\x1f'));
  await fc.assert(
    fc.asyncProperty(
      ...([
        fc.array(member, { minLength: 1, maxLength: 4 }),
        fc.nat(2000),
        tail,
        fc.integer({ min: 1, max: 700 }),
      ] as const),
      async (members, zeros, garbage, chunkSize) => {
        const packed = Buffer.concat([
          ...members.map((bytes) => gzipSync(bytes)),
          Buffer.alloc(zeros),
          Buffer.from(garbage, 'latin1'),
        ]);
        const found = await unpack(packed, chunkSize);
        if (garbage === '') t.deepEqual(found, Buffer.concat(members));
        else t.regex(String(found), /^Z_(?:DATA|BUF)_ERROR$/);
      },
    ),
    { numRuns: 300 },
  );
});

test('a truncated file fails wherever it is cut', async (t) => {
  const packed = gzipSync(Buffer.from('some text that is packed'.repeat(20)));
  for (let length = 0; length < packed.length; length++) {
    const found = await unpack(packed.subarray(0, length), 7);
    t.is(typeof found, 'string', `${length} of ${packed.length} bytes`);
  }
});

test('megabytes of zeros behind the end, and large output, pass through bounded buffers', async (t) => {
  const content = Buffer.alloc(30_000_000, 'content that repeats ');
  const packed = Buffer.concat([gzipSync(content), Buffer.alloc(5_000_000)]);
  const found = await unpack(packed, 65_536);
  t.true(Buffer.isBuffer(found) && found.equals(content));
});
