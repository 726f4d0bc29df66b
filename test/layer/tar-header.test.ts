import test from 'ava';
import * as fc from 'fast-check';
import {
  checkHeader,
  dialectOf,
  isZeroBlock,
  newHeader,
  paddingOf,
  readName,
  readNumber,
  readText,
  seal,
  writeName,
  writeNumber,
} from '../../src/layer/tar-header.ts';
import { rawEntry, type RawEntry } from '../droplet/raw-tar.ts';

const header = (entry: RawEntry): Buffer => rawEntry(entry).subarray(0, 512);

test('a number is read as it was written, in every field and of every size', (t) => {
  const field = fc.constantFrom('mode', 'uid', 'gid', 'size', 'mtime', 'devmajor');
  const value = fc.oneof(
    fc.maxSafeNat(),
    fc.nat(),
    fc.constantFrom(2_097_151, 2_097_152, 2 ** 33 - 1, 2 ** 33),
  );
  fc.assert(
    fc.property(field, value, (name, number) => {
      const block = Buffer.alloc(512);
      writeNumber(block, name, number);
      t.is(readNumber(block, name), number);
    }),
  );
});

for (const [text, value] of [
  ['0000644\0', 0o644],
  ['00000644', 0o644],
  ['   644 \0', 0o644],
  ['644     ', 0o644],
  ['\0\0\0\0\0\0\0\0', 0],
  ['        ', 0],
  ['\x80\0\0\0\0\x20\0\0', 2_097_152],
] as const) {
  test(`the number ${JSON.stringify(text)} is ${value}`, (t) => {
    t.is(readNumber(header({ mode: text }), 'mode'), value);
  });
}

test('a time before 1970 is a negative number in base-256', (t) => {
  t.is(readNumber(header({ mtime: `${'\xff'.repeat(11)}\xfe` }), 'mtime'), -2);
  t.notThrows(() => {
    checkHeader(header({ mtime: `${'\xff'.repeat(11)}\xfe` }));
  });
});

test('a checksum may be the sum of signed or of unsigned bytes', (t) => {
  for (const checksum of ['right', 'signed'] as const) {
    t.notThrows(() => {
      checkHeader(header({ name: '\xff\xfe\x80', checksum }));
    });
  }
  t.throws(
    () => {
      checkHeader(header({ name: '\xff\xfe\x80', checksum: 'wrong' }));
    },
    { message: /checksum/ },
  );
});

test('a name is put into name and prefix, and read from them as it was', (t) => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '\xff', '.'), minLength: 1, maxLength: 120 });
  const name = fc.tuple(fc.array(part, { minLength: 1, maxLength: 5 }), fc.constantFrom('', '/'));
  fc.assert(
    fc.property(name, fc.constantFrom('ustar', 'gnu', 'v7'), ([parts, slash], dialect) => {
      const text = parts.join('/') + slash;
      const block = header({
        name: 'n'.repeat(100),
        dialect,
        ...(dialect === 'ustar' ? { prefix: 'p' } : {}),
      });
      const fits = writeName(block, text);
      if (fits) t.is(readName(block), text);
      if (text.length <= 100) t.true(fits);
      if (dialect !== 'ustar') t.is(fits, text.length <= 100);
    }),
  );
});

test('the longest names that a POSIX header holds', (t) => {
  const block = header({});
  t.true(writeName(block, `${'p'.repeat(155)}/${'n'.repeat(100)}`));
  t.is(readText(block, 'prefix'), 'p'.repeat(155));
  t.is(readText(block, 'name'), 'n'.repeat(100));
  t.false(writeName(block, `${'p'.repeat(156)}/${'n'.repeat(100)}`));
  t.false(writeName(block, `${'p'.repeat(155)}/${'n'.repeat(101)}`));
  t.false(writeName(block, `p/${'n'.repeat(100)}/`));
});

test('the magic tells the dialect', (t) => {
  t.is(dialectOf(header({})), 'ustar');
  t.is(dialectOf(header({ dialect: 'gnu' })), 'gnu');
  t.is(dialectOf(header({ dialect: 'v7' })), 'v7');
  t.is(dialectOf(header({ bytes: { 257: 'ustar 7\0' } })), 'v7');
});

test('a new header is a right one', (t) => {
  for (const type of ['x', 'L', 'K', '5'] as const) {
    const block = newHeader(type, 'a/b');
    seal(block);
    t.notThrows(() => {
      checkHeader(block);
    });
    t.is(readName(block), 'a/b');
    t.is(readText(block, 'typeflag'), type);
  }
});

test('padding fills the last block', (t) => {
  t.deepEqual([0, 1, 511, 512, 513].map(paddingOf), [0, 511, 1, 0, 511]);
  t.true(isZeroBlock(Buffer.alloc(512)));
  t.false(isZeroBlock(Buffer.alloc(512, 'x')));
});
