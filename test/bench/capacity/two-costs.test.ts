import test from 'ava';
import fc from 'fast-check';
import { twoCosts } from '../../../bench/capacity/costs/two-costs.ts';

const cost = fc.double({ min: 0.001, max: 100, noNaN: true });
const times = fc.integer({ min: 1, max: 10_000 });

test('what two things cost is found, where they are not mixed alike', (t) => {
  fc.assert(
    fc.property(cost, cost, times, times, (first, second, some, others) => {
      const mixtures = [
        [some, 0],
        [0, others],
        [some, others],
      ] as const;
      const samples = mixtures.map(([a, b]) => ({ total: a * first + b * second, first: a, second: b }));
      const found = twoCosts(samples, 1e9);
      t.false(found.isKnown);
      t.true(Math.abs(found.first / first - 1) < 1e-6, JSON.stringify(found));
      t.true(Math.abs(found.second / second - 1) < 1e-6, JSON.stringify(found));
    }),
  );
});

test('neither costs less than nothing, whatever was measured', (t) => {
  const sample = fc.record({
    total: fc.oneof(
      fc.constant(0),
      fc.double({ min: -10, max: -1, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    ),
    first: fc.nat(1e6),
    second: fc.nat(1e6),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 5 }), (samples) => {
      const { first, second } = twoCosts(samples, 0.5);
      t.true(first >= 0 && Number.isFinite(first), String(first));
      t.true(second >= 0 && Number.isFinite(second), String(second));
    }),
  );
});

test('mixtures that are alike tell only what remains of what is known', (t) => {
  const samples = [1, 2, 4].map((some) => ({ total: 8 * some, first: some, second: 2 * some }));
  t.deepEqual(twoCosts(samples, 3), { first: 2, second: 3, isKnown: true });
  t.deepEqual(twoCosts(samples, 100), { first: 0, second: 100, isKnown: true });
  t.deepEqual(twoCosts([], 3), { first: 0, second: 3, isKnown: true });
});
