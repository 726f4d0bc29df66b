import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { BlockSums, blockSize } from '../../src/store/cached/block-sums.ts';
import { decodeTrailer, encodeTrailer, fileLength, trailerLength } from '../../src/store/cached/trailer.ts';

const trailers = fc
  .record({
    key: fc.string({ unit: 'grapheme' }),
    size: fc.nat(20 * blockSize),
    modified: fc.nat(),
    etag: fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  })
  .chain((info) => {
    const length = Math.ceil(info.size / blockSize);
    const sums = fc.array(fc.nat(0xffffffff), { minLength: length, maxLength: length });
    return sums.map((found) => ({ info, sums: found }));
  });

test('a trailer is read as it was written, and is as long as was reckoned', (t) => {
  fc.assert(
    fc.property(trailers, (trailer) => {
      const bytes = encodeTrailer(trailer);
      t.deepEqual(decodeTrailer(bytes), trailer);
      t.is(trailerLength(bytes.subarray(-20)), bytes.length);
      t.is(fileLength(trailer.info), trailer.info.size + bytes.length);
    }),
  );
});

test('a trailer with a bit flipped, or a piece missing, is none', (t) => {
  fc.assert(
    fc.property(trailers, fc.nat(), fc.nat(7), (trailer, place, bit) => {
      const bytes = encodeTrailer(trailer);
      const at = place % bytes.length;
      t.is(decodeTrailer(bytes.subarray(at + 1)), undefined);
      t.is(decodeTrailer(bytes.subarray(0, at)), undefined);
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
      t.is(decodeTrailer(bytes), undefined);
    }),
  );
});

test('any bytes whatever are no trailer', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      t.is(decodeTrailer(Buffer.from(bytes)), undefined);
    }),
  );
});

test('sums are those of the blocks, in whichever pieces the bytes come', (t) => {
  const bytes = randomBytes(3 * blockSize + 5);
  const whole = [0, 1, 2, 3].map((i) => crc32(bytes.subarray(i * blockSize, (i + 1) * blockSize)));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 2 * blockSize })), (lengths) => {
      const sums = new BlockSums();
      let at = 0;
      for (const length of lengths) {
        sums.add(bytes.subarray(at, at + length));
        at += length;
      }
      sums.add(bytes.subarray(at));
      t.deepEqual(sums.sums, whole.slice(0, 3));
      sums.end();
      t.deepEqual(sums.sums, whole);
    }),
  );
  const exact = new BlockSums();
  exact.add(bytes.subarray(0, blockSize));
  exact.end();
  t.deepEqual(exact.sums, whole.slice(0, 1));
});
