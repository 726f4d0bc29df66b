import { readFileSync } from 'node:fs';
import test from 'ava';
import * as fc from 'fast-check';
import { nameBudget, parseElf, readElf, type Elf } from '../../src/layer/elf.ts';
import { FileKeeper } from '../../src/layer/elf/file-keeper.ts';
import type { Keep } from '../../src/layer/elf/ranges.ts';

const fixtures = new URL('fixtures/elf/', import.meta.url);
const samples = ['32-little', '32-big', '64-big'].map((name) =>
  readFileSync(new URL(`libabove-${name}.so`, fixtures)),
);
const wide = readFileSync(new URL('libabove-64-big.so', fixtures));
const notKept = /was not kept/;

test('a file that is no longer than its head is kept whole', (t) => {
  for (const bytes of samples) {
    const kept = read(bytes, { head: bytes.length, beyond: 0 });
    t.is(kept?.problem, undefined);
    t.deepEqual(kept, parseElf(bytes));
  }
});

test('of a long file the head and the dynamic section are enough', (t) => {
  for (const bytes of samples) {
    const long = Buffer.concat([bytes, Buffer.alloc(1 << 20)]);
    t.deepEqual(read(long, { head: 1024, beyond: 512 }), parseElf(bytes));
    t.regex(read(long, { head: 1024, beyond: 0 })?.problem ?? '', notKept);
    t.regex(read(long, { head: 256, beyond: 512 })?.problem ?? '', notKept, 'names beyond the head');
  }
});

test('tables that a tool moved to the end are found there', (t) => {
  const moved = withMovedNames(wide.length + (1 << 20));
  t.deepEqual(parseElf(moved), parseElf(wide));
  t.deepEqual(read(moved, { head: 1024, beyond: 1024 }), parseElf(wide));
});

test('tables at the end of a large segment are found there', (t) => {
  const moved = withMovedNames(wide.length);
  t.deepEqual(parseElf(moved), parseElf(wide));
  t.deepEqual(read(moved, { head: 1024, beyond: 1024 }), parseElf(wide));
});

test('the smaller segments are kept first, and none with code', (t) => {
  const moved = withMovedNames(wide.length + (1 << 20));
  const other = headerAt(1);
  moved.writeBigUInt64BE(BigInt(wide.length), other + offset);
  moved.writeBigUInt64BE(100_000n, other + size);
  t.deepEqual(read(moved, { head: 1024, beyond: 1024 }), parseElf(wide));
  moved.writeBigUInt64BE(50n, other + size);
  t.regex(read(moved, { head: 1024, beyond: 440 })?.problem ?? '', notKept);
  moved.writeUInt32BE(5, other + flags);
  t.deepEqual(read(moved, { head: 1024, beyond: 440 }), parseElf(wide));
});

test('whatever is kept and however it is cut, nothing but the whole truth is told', (t) => {
  const keep = fc.record({ head: fc.integer({ min: 64, max: 4096 }), beyond: fc.nat({ max: 6000 }) });
  const damage = fc.array(fc.tuple(fc.nat({ max: 6000 }), fc.nat({ max: 255 })), { maxLength: 6 });
  const cuts = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 6 });
  let known = 0;
  fc.assert(
    fc.property(fc.constantFrom(...samples), damage, keep, cuts, (sample, changes, bounds, sizes) => {
      const bytes = Buffer.from(sample);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const found = read(bytes, bounds, sizes);
      t.deepEqual(read(bytes, bounds), found);
      if (notKept.test(found?.problem ?? '')) return;
      t.deepEqual(found, parseElf(bytes));
      known++;
    }),
    { numRuns: 2000 },
  );
  t.true(known > 200, `only ${known} were known`);
});

test('a keeper that kept one file tells nothing of it in the next', (t) => {
  const keeper = new FileKeeper({ head: 1024, beyond: 512 });
  for (const bytes of [...samples, ...samples.toReversed()]) {
    keeper.begin(bytes.length);
    keeper.write(bytes);
    t.deepEqual(readElf(keeper.file, { left: nameBudget }), parseElf(bytes));
  }
});

/** What is read of a file that comes in pieces of the given sizes, over and over. */
function read(bytes: Buffer, keep: Keep, sizes: readonly number[] = [bytes.length]): Elf | undefined {
  const keeper = new FileKeeper(keep);
  keeper.begin(bytes.length);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = at + (sizes[turn % sizes.length] ?? bytes.length);
    keeper.write(bytes.subarray(at, end));
    at = end;
  }
  return readElf(keeper.file, { left: nameBudget });
}

/** Where a program header of the 64-bit samples is, and its members are in it (System V ABI). */
const headerAt = (index: number): number => 64 + index * 56;
const [flags, offset, address, size] = [4, 8, 16, 32];

/**
 * The 64-bit big-endian library with its table of names moved a mebibyte beyond its end, as the last bytes of a segment that
 * begins at `start`. The header of a segment that is not loaded makes room for that of the new one.
 */
function withMovedNames(start: number): Buffer {
  const from = wide.indexOf('\0own_call\0');
  const names = wide.subarray(from, wide.indexOf('BELOW_1.1\0') + 10);
  const rest = Buffer.from(wide).fill('x', from, from + names.length);
  const moved = Buffer.concat([rest, Buffer.alloc(1 << 20), names]);
  const [header, base] = [headerAt(3), 0x100_0000];
  moved.writeUInt32BE(1, header);
  moved.writeBigUInt64BE(BigInt(start), header + offset);
  moved.writeBigUInt64BE(BigInt(base), header + address);
  moved.writeBigUInt64BE(BigInt(moved.length - start), header + size);
  const entry = Buffer.alloc(16);
  entry.writeBigUInt64BE(5n);
  entry.writeBigUInt64BE(BigInt(from), 8);
  moved.writeBigUInt64BE(BigInt(base + moved.length - names.length - start), moved.indexOf(entry) + 8);
  return moved;
}
