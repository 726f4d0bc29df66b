import test from 'ava';
import fc from 'fast-check';
import { summaryOf } from '../../../bench/gate/summary.ts';
import { random } from '../../../bench/load/workload/random.ts';

test('bounds lie around the median, and are values', (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 5 }), (values) => {
      const { median, low, high } = summaryOf(values);
      return low <= median && median <= high && values.includes(low) && values.includes(high);
    }),
  );
  t.pass();
});

test('fewer than five values have no bounds', (t) => {
  t.deepEqual(summaryOf([3, 1, 2, 4]), { median: 2.5, low: -Infinity, high: Infinity });
});

// By the table of the binomial distribution.
for (const [count, place] of [
  [5, 1],
  [7, 1],
  [8, 2],
  [12, 3],
  [18, 6],
  [30, 11],
] as const)
  test(`of ${count} values, number ${place} is the lower bound`, (t) => {
    const { low, high } = summaryOf(Array.from({ length: count }, (_, at) => count - at));
    t.is(low, place);
    t.is(high, count + 1 - place);
  });

test('the true median lies below the lower bound once in twenty times at most', (t) => {
  const { fraction } = random(1, 'summary');
  const tries = 20_000;
  let below = 0;
  for (let nth = 0; nth < tries; nth++)
    if (summaryOf(Array.from({ length: 12 }, () => fraction() ** 2)).low > 0.25) below++;
  t.true(below / tries < 0.05, `${below} of ${tries}`);
});
