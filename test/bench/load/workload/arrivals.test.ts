import test from 'ava';
import * as fc from 'fast-check';
import { allAtOnce, poisson, rolling } from '../../../../bench/load/workload/arrivals.ts';
import { instancesOf } from '../../../../bench/load/workload/instances-of.ts';
import { makeWorkload } from '../../../../bench/load/workload/make-workload.ts';
import type { App, Start } from '../../../../bench/load/workload/workload.ts';

const apps: App[] = Array.from({ length: 200 }, (_, at) => ({
  name: `app-${at}`,
  hash: at.toString(16).padStart(40, '0'),
  size: 1,
}));
const instances = instancesOf(makeWorkload('small'));

test('every arrival starts each instance once, on its node, earliest first, and the same again', (t) => {
  const rate = fc.double({ min: 0.1, max: 10_000, noNaN: true });
  fc.assert(
    fc.property(rate, fc.integer(), (perSecond, seed) => {
      for (const arrive of [
        () => allAtOnce,
        () => rolling(perSecond, seed),
        () => poisson(perSecond, seed),
      ]) {
        const starts = arrive()(instances, apps);
        t.deepEqual(placesOf(starts), placesOf(allAtOnce(instances, apps)));
        t.true(starts.every(({ atMs }, at) => atMs >= (starts[at - 1]?.atMs ?? 0)));
        t.deepEqual(arrive()(instances, apps), starts);
      }
    }),
    { numRuns: 30 },
  );
});

test('all at once is at once, and names images as a pod does', (t) => {
  const starts = allAtOnce([{ app: 3, node: 5 }], apps);
  t.deepEqual(starts, [{ atMs: 0, node: 5, reference: `cloudfoundry/app-3:${'3'.padStart(40, '0')}` }]);
});

test('rolling is evenly spaced', (t) => {
  const times = rolling(40, 1)(instances, apps).map(({ atMs }) => atMs);
  t.deepEqual(
    times,
    Array.from({ length: 400 }, (_, at) => at * 25),
  );
});

test('arrivals by chance have the rate and the spread of a Poisson process', (t) => {
  const many = Array.from({ length: 20_000 }, (_, at) => ({ app: at % 200, node: 0 }));
  const times = poisson(50, 3)(many, apps).map(({ atMs }) => atMs);
  const gaps = times.map((time, at) => time - (times[at - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  t.true(Math.abs(mean - 20) < 1, String(mean));
  t.true(Math.abs(Math.sqrt(variance) / mean - 1) < 0.1, String(variance));
});

test('another seed gives another order', (t) => {
  t.notDeepEqual(rolling(1, 1)(instances, apps), rolling(1, 2)(instances, apps));
  t.notDeepEqual(poisson(1, 1)(instances, apps), poisson(1, 2)(instances, apps));
});

test('an instance of no app is refused', (t) => {
  t.throws(() => allAtOnce([{ app: 200, node: 0 }], apps), { message: 'There is no app 200 among 200' });
});

function placesOf(starts: readonly Start[]): string[] {
  return starts.map(({ node, reference }) => `${node} ${reference}`).toSorted();
}
