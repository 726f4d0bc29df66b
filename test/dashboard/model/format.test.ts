import test from 'ava';
import fc from 'fast-check';
import {
  bytes,
  count,
  counted,
  lasting,
  milliseconds,
  percent,
  short,
} from '../../../src/dashboard/model/format.ts';

test('numbers are told in units that people use', (t) => {
  t.deepEqual([0, 999, 1000, 186_000_000, 7_500_000_000].map(bytes), [
    '0 B',
    '999 B',
    '1 kB',
    '186 MB',
    '7.5 GB',
  ]);
  t.deepEqual([undefined, 0.512, 980, 1234].map(milliseconds), ['–', '0.512 ms', '980 ms', '1.23 s']);
  t.deepEqual([12, 100, 6000, 100_000, 900_000].map(lasting), ['12 s', '2 min', '2 h', '28 h', '10 days']);
  t.deepEqual(
    [count(40_000), counted(1, 'app'), counted(2, 'entry', 'entries')],
    ['40,000', '1 app', '2 entries'],
  );
  t.is(short(`sha256:${'ab'.repeat(32)}`), 'abababababab');
});

test('a share is told as all or none only where it is', (t) => {
  t.deepEqual([undefined, 0, 1, 0.5].map(percent), ['–', '0%', '100%', '50%']);
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (part) => {
      const told = percent(part);
      return told !== '0%' && told !== '100%';
    }),
  );
});

test('bytes have at most three digits before their unit', (t) => {
  fc.assert(fc.property(fc.maxSafeNat(), (value) => /^[\d.,]{1,5} (?:B|kB|MB|GB|TB|PB)$/.test(bytes(value))));
  t.pass();
});
