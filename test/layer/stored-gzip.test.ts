import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { storedGzip } from '../../src/layer/stored-gzip.ts';

test('gunzip gives the bytes back', (t) => {
  for (const size of [0, 1, 65_534, 65_535, 65_536, 131_070, 131_071, 1_000_000]) {
    const bytes = randomBytes(size);
    t.true(gunzipSync(storedGzip(bytes)).equals(bytes), String(size));
  }
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      t.deepEqual(gunzipSync(storedGzip(bytes)), Buffer.from(bytes));
    }),
  );
});
