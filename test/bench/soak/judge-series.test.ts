import test from 'ava';
import { judgeSeries, type Point } from '../../../bench/soak/judge-series.ts';
import { random } from '../../../bench/load/workload/random.ts';

const { fraction } = random(1, 'series');
const bound = { most: 1_000, growth: 50 };

function points(count: number, valueOf: (part: number, nth: number) => number): Point[] {
  return Array.from({ length: count }, (_, nth) => ({ seconds: nth, value: valueOf(nth / count, nth) }));
}

const fine: Record<string, (part: number, nth: number) => number> = {
  'what stays': () => 500,
  'what is noisy': () => 400 + 200 * fraction(),
  'what grows while it begins': (part) => 500 + Math.min(part, 0.3) * 1_000,
  'what goes up and down like a saw': (_part, nth) => 400 + (nth % 6) * 20,
  'a single peak': (_part, nth) => (nth === 50 ? 999 : 500),
  'what shrinks': (part) => 900 - part * 500,
  'what grows within its bound': (part) => 500 + part * 60,
};
for (const [what, valueOf] of Object.entries(fine))
  for (const count of [60, 3_600])
    test(`${what} is fine, ${count} looks`, (t) => {
      t.deepEqual(judgeSeries('it', points(count, valueOf), bound).problems, []);
    });

const bad: Record<string, [valueOf: (part: number, nth: number) => number, problem: RegExp]> = {
  'what grows steadily': [(part) => 500 + part * 150, /it: has grown by (9|10)\d\.\d, and 50 are allowed/],
  'what grows below noise': [(part) => 400 + part * 200 + 100 * fraction(), /has grown/],
  'what grows like a saw that rises': [(part, nth) => 400 + (nth % 6) * 20 + part * 150, /has grown/],
  'a single peak that is too high': [(_part, nth) => (nth === 5 ? 1_001 : 500), /1001 at the most, and 1000/],
};
for (const [what, [valueOf, problem]] of Object.entries(bad))
  for (const count of [60, 3_600])
    test(`${what} is told, ${count} looks`, (t) => {
      const { problems } = judgeSeries('it', points(count, valueOf), bound);
      t.is(problems.length, 1);
      t.regex(problems[0] ?? '', problem);
    });

test('too few looks tell nothing', (t) => {
  t.regex(
    judgeSeries(
      'it',
      points(3, () => 1),
      bound,
    ).problems[0] ?? '',
    /too few/,
  );
  t.regex(judgeSeries('it', [], bound).problems[0] ?? '', /too few/);
});
