import test from 'ava';
import * as fc from 'fast-check';
import { parseRange, type WantedRanges } from '../../../src/http/range.ts';

const whole: WantedRanges = { kind: 'whole' };
const unsatisfiable: WantedRanges = { kind: 'unsatisfiable' };
const ranges = (...list: [number, number][]): WantedRanges => ({
  kind: 'ranges',
  ranges: list.map(([start, end]) => ({ start, end })),
});

/** `count` single bytes, apart from each other. */
const rangesOf = (count: number) =>
  `bytes=${Array.from({ length: count }, (_, i) => `${3 * i}-${3 * i}`).join(',')}`;

const cases: [string, WantedRanges][] = [
  ['bytes=0-', ranges([0, 99])],
  ['bytes=40-', ranges([40, 99])],
  ['bytes=99-', ranges([99, 99])],
  ['bytes=-10', ranges([90, 99])],
  ['bytes=-100', ranges([0, 99])],
  ['bytes=-1000', ranges([0, 99])],
  ['bytes=10-19', ranges([10, 19])],
  ['bytes=0-0', ranges([0, 0])],
  ['bytes=90-1000', ranges([90, 99])],
  ['bytes=90-99999999999999999999999', ranges([90, 99])],
  ['Bytes = 10-19', ranges([10, 19])],
  ['bytes=0-1, 5-6 ,\t-1', ranges([0, 1], [5, 6], [99, 99])],
  ['bytes=50-59,0-9', ranges([50, 59], [0, 9])],
  ['bytes=0-9,10-19', ranges([0, 9], [10, 19])],
  ['bytes=,0-1,,', ranges([0, 1])],
  ['bytes=0-1,200-300', ranges([0, 1])],
  ['bytes=0-1,9-3', ranges([0, 1])],
  ['bytes=0-49,0-49', ranges([0, 49], [0, 49])],
  ['bytes=100-', unsatisfiable],
  ['bytes=100-200', unsatisfiable],
  ['bytes=99999999999999999999999-', unsatisfiable],
  ['bytes=50-0', unsatisfiable],
  ['bytes=500-0', unsatisfiable],
  ['bytes=-0', unsatisfiable],
  ['bytes=100-,200-300', unsatisfiable],
  ['', whole],
  ['bytes', whole],
  ['bytes=', whole],
  ['bytes=,', whole],
  ['bytes=-', whole],
  ['bytes=a-b', whole],
  ['bytes=1', whole],
  ['bytes=1-2-3', whole],
  ['bytes=+1-2', whole],
  ['bytes=1.0-2', whole],
  ['bytes=0x1-2', whole],
  ['bytes=0-1,x', whole],
  ['bytes=0-1;5-6', whole],
  ['items=0-1', whole],
  ['x bytes=0-1', whole],
  ['bytes=0-,0-', whole],
  ['bytes=0-50,50-99', whole],
];

for (const [header, wanted] of cases) {
  test(`of 100 bytes, ${header || 'no header'}`, (t) => t.deepEqual(parseRange(header, 100), wanted));
}

test('of no bytes there are no ranges', (t) => {
  for (const header of ['bytes=0-', 'bytes=-1', 'bytes=5-']) t.deepEqual(parseRange(header, 0), whole);
});

test('1024 ranges are answered one by one, and more are ignored', (t) => {
  const parsed = parseRange(rangesOf(1024), 10_000);
  t.is(parsed.kind === 'ranges' ? parsed.ranges.length : 0, 1024);
  t.deepEqual(parseRange(rangesOf(1025), 10_000), whole);
});

test('many overlapping ranges never ask for more than the whole', (t) => {
  t.deepEqual(parseRange(`bytes=${'0-,'.repeat(1000)}`, 1_000_000), whole);
  t.is(parseRange(`bytes=${'0-0,'.repeat(1000)}`, 1_000_000).kind, 'ranges');
});

test('a header of 64 KiB of commas, spaces or digits is read in no time that matters', (t) => {
  for (const text of [',', ' ', '\t', '1', '-', '0-0,', ' ,']) {
    t.not(parseRange(`bytes=${text.repeat(65_536 / text.length)}`, 100).kind, 'ranges');
    t.deepEqual(parseRange(text.repeat(65_536 / text.length), 100), whole);
  }
});

const size = fc.integer({ min: 1, max: 1_000 });
const bound = fc.oneof(fc.nat({ max: 1_200 }).map(String), fc.constant(''));
const spec = fc.tuple(bound, bound).map(([a, b]) => `${a}-${b}`);

test('every range lies inside, and all together are no longer than the whole', (t) => {
  const header = fc.oneof(
    fc.array(spec, { minLength: 1, maxLength: 5 }).map((specs) => `bytes=${specs.join(',')}`),
    fc.string({ unit: fc.constantFrom('b', 'y', 't', 'e', 's', '=', '-', ',', ' ', '0', '9') }),
    fc.string(),
  );
  fc.assert(
    fc.property(header, size, (text, length) => {
      const parsed = parseRange(text, length);
      if (parsed.kind !== 'ranges') return true;
      const total = parsed.ranges.reduce((sum, { start, end }) => sum + end - start + 1, 0);
      const inside = parsed.ranges.every(({ start, end }) => start >= 0 && start <= end && end < length);
      return inside && parsed.ranges.length > 0 && total <= length;
    }),
  );
  t.pass();
});

test('a range selects the bytes that its definition says (RFC 9110 §14.1.2)', (t) => {
  fc.assert(
    fc.property(bound, bound, size, (first, last, length) => {
      fc.pre(first !== '' || last !== '');
      const all = Array.from({ length }, (_, i) => i);
      const from = (i: number) => i >= Number(first) && (last === '' || i <= Number(last));
      const suffix = (i: number) => i >= length - Number(last);
      const wanted = all.filter(first === '' ? suffix : from);
      const parsed = parseRange(`bytes=${first}-${last}`, length);
      if (wanted.length === 0) return parsed.kind === 'unsatisfiable';
      if (parsed.kind !== 'ranges') return false;
      const [range] = parsed.ranges;
      return parsed.ranges.length === 1 && range?.start === wanted[0] && range?.end === wanted.at(-1);
    }),
  );
  t.pass();
});
