import test from 'ava';
import * as fc from 'fast-check';
import { formatPax, parsePax, paxRecord, paxValue } from '../../src/layer/pax.ts';

const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const keyUnit = fc.constantFrom('a', 'Z', '.', '_', ' ', '\n', '\xff');
const key = fc.string({ unit: keyUnit, minLength: 1, maxLength: 20 });
const value = fc.string({ unit: byte, maxLength: 1100 });
const record = fc.tuple(key, value).map(([name, text]) => paxRecord(name, text));

test('records are read as they were written, whatever bytes they hold', (t) => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 5 }), (records) => {
      t.deepEqual(parsePax(formatPax(records)), records);
    }),
  );
});

test('what parses passes byte by byte', (t) => {
  const noise = fc.string({ unit: fc.constantFrom('1', '2', '9', ' ', '=', '\n', 'a', '\0'), maxLength: 30 });
  fc.assert(
    fc.property(fc.array(record, { maxLength: 3 }), noise, (records, tail) => {
      const body = formatPax(records) + tail;
      try {
        t.is(formatPax(parsePax(body)), body);
      } catch (error) {
        t.like(error, { fault: 'pax' });
      }
    }),
    { numRuns: 1000 },
  );
});

test('a length counts its own digits', (t) => {
  t.is(paxRecord('a', '').text, '5 a=\n');
  t.is(paxRecord('a', 'bb').text, '7 a=bb\n');
  t.is(paxRecord('a', 'bbbb').text, '9 a=bbbb\n');
  t.is(paxRecord('a', 'bbbbb').text, '11 a=bbbbb\n');
  for (let size = 80; size < 110; size++) {
    const { text } = paxRecord('a', 'b'.repeat(size));
    t.is(Number.parseInt(text), text.length);
  }
});

test('a record with the longer of two possible lengths keeps it', (t) => {
  const rest = ` a=${'b'.repeat(93)}\n`;
  for (const text of [`99${rest}`, `100${rest}`]) t.is(formatPax(parsePax(text)), text);
});

test('the last record counts', (t) => {
  const records = [paxRecord('a', '1'), paxRecord('b', '2'), paxRecord('a', '3')];
  t.is(paxValue(records, 'a'), '3');
  t.is(paxValue(records, 'c'), undefined);
});

for (const [what, body] of [
  ['no blank', '5a=b\n'],
  ['no length', ' a=b\n'],
  ['a length in hex', '0x6 a=b\n'],
  ['a length with a sign', '+7 a=b\n'],
  ['a length with a zero before it', '06 a=b\n'],
  ['a length of zero', '0 a=b\n'],
  ['a length that ends within itself', '1 a=b\n'],
  ['a length that is too long', '7 a=b\n'],
  ['a length that is too short', '5 a=b\n'],
  ['a huge length', '99999999999999999999 a=b\n'],
  ['no line feed', '6 a=bc'],
  ['no equals sign', '5 ab\n'],
  ['no equals sign before its end', '5 ab\n6 c=d\n'],
  ['no key', '5 =b\n'],
  ['a NUL in the key', '7 a\0=b\n'],
  ['a NUL in the path', '11 path=a\0\n'],
  ['zeros behind the last record', '6 a=b\n\0\0'],
] as const) {
  test(`refused: ${what}`, (t) => {
    t.like(
      t.throws(() => parsePax(body)),
      { fault: 'pax' },
    );
  });
}
