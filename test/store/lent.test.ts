import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { FileBody } from '../../src/store/file-body.ts';
import { giveBack, lend, lentSize } from '../../src/store/lent.ts';
import { tempDir } from '../helpers/temp.ts';

test.serial('what is given back, or a part of it, is lent again, and no buffer twice', (t) => {
  const [first, second] = [lend(lentSize), lend(lentSize)];
  t.not(first.buffer, second.buffer);
  giveBack(first.subarray(10, 20));
  giveBack(first);
  const third = lend(lentSize);
  t.is(third.buffer, first.buffer);
  t.is(third.length, lentSize);
  t.not(lend(lentSize).buffer, first.buffer);
});

test.serial('little and larger ones are their own, and foreign ones are left alone', (t) => {
  const little = lend(1000);
  t.is(little.buffer.byteLength, 1000);
  t.is(lend(lentSize + 1).length, lentSize + 1);
  const foreign = Buffer.alloc(lentSize);
  giveBack(little);
  giveBack(foreign);
  const next = lend(lentSize);
  t.not(next.buffer, little.buffer);
  t.not(next.buffer, foreign.buffer);
});

test.serial('a file comes as it is, for any range, while its buffers are used over and over', async (t) => {
  const path = join(await tempDir(t), 'file');
  const bytes = Buffer.from(
    Uint32Array.from({ length: (5 * lentSize) / 8 }, (_, i) => i * 2_654_435_761).buffer,
  );
  await writeFile(path, bytes);
  const position = fc.oneof(
    fc.integer({ min: 0, max: bytes.length }),
    fc.constantFrom(0, lentSize - 1, lentSize, lentSize + 1, bytes.length - 1, bytes.length),
  );
  // Two at once, as clients read.
  const pair = fc.array(fc.tuple(position, position), { minLength: 2, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(pair, async (ranges) => {
      const found = await Promise.all(ranges.map(([a, b]) => read(path, Math.min(a, b), Math.max(a, b))));
      for (const [i, [a, b]] of ranges.entries())
        t.true(found[i]?.equals(bytes.subarray(Math.min(a, b), Math.max(a, b))));
    }),
    { numRuns: 60 },
  );
});

test.serial('of a file that is shorter than was said, there is what it has', async (t) => {
  const path = join(await tempDir(t), 'file');
  await writeFile(path, Buffer.alloc(lentSize + 5, 7));
  t.is((await read(path, 3, 3 * lentSize)).length, lentSize + 2);
});

/** Copies each chunk, as the system does when it takes one, and gives it back. */
async function read(path: string, start: number, end: number): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of new FileBody(await open(path), start, end) as AsyncIterable<Buffer>) {
    copies.push(Buffer.from(chunk));
    giveBack(chunk);
  }
  return Buffer.concat(copies);
}
