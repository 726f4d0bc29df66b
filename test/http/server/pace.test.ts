import test from 'ava';
import * as fc from 'fast-check';
import { Pace } from '../../../src/http/pace.ts';

const rate = { bytesPerSecond: 100, windowMs: 1_000 };

test('too few bytes in a whole window are too slow', (t) => {
  const pace = new Pace(rate, 0, 0);
  t.false(pace.tooSlow(500, 10, true));
  t.false(pace.tooSlow(999, 20, true));
  t.true(pace.tooSlow(1_000, 99, true));
});

test('enough bytes begin a new window', (t) => {
  const pace = new Pace(rate, 0, 0);
  t.false(pace.tooSlow(500, 0, true));
  t.false(pace.tooSlow(1_000, 100, true));
  t.false(pace.tooSlow(1_500, 100, true));
  t.false(pace.tooSlow(1_999, 100, true));
  t.true(pace.tooSlow(2_000, 100, true));
});

test('our turn begins the window anew', (t) => {
  const pace = new Pace(rate, 0, 0);
  t.false(pace.tooSlow(500, 0, true));
  t.false(pace.tooSlow(900, 0, false));
  t.false(pace.tooSlow(1_400, 0, true));
  t.false(pace.tooSlow(1_899, 0, true));
  t.true(pace.tooSlow(1_900, 0, true));
});

test('a time in which nobody asked is ours', (t) => {
  const pace = new Pace(rate, 0, 0);
  t.false(pace.tooSlow(500, 0, true));
  t.false(pace.tooSlow(60_000, 0, true));
  t.false(pace.tooSlow(60_500, 0, true));
  t.true(pace.tooSlow(61_000, 0, true));
});

/** Whether a peer of a steady rate was too slow, at each of several times apart. */
const asked = (times: number[], bytesPerMs: number) => {
  const pace = new Pace(rate, 0, 0);
  let now = 0;
  return times.map((step) => pace.tooSlow((now += step), now * bytesPerMs, true));
};

test('whoever keeps the rate is never too slow, and whoever moves nothing is in the end', (t) => {
  const steps = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 50 });
  fc.assert(fc.property(steps, (times) => !asked(times, 1).includes(true)));
  fc.assert(
    fc.property(steps, (times) => {
      const total = times.reduce((sum, step) => sum + step, 0);
      return asked(times, 0).includes(true) === total >= rate.windowMs;
    }),
  );
  t.pass();
});
