import test from 'ava';
import { BackOff } from '../../../src/rollout/kubernetes/back-off.ts';

test('waits double up to the longest, each at least half of its length, and begin again', (t) => {
  const backOff = new BackOff(100, 500);
  for (const whole of [100, 200, 400, 500, 500]) {
    const wait = backOff.next();
    t.true(wait >= whole / 2 && wait <= whole, `${wait} of ${whole}`);
  }
  backOff.reset();
  t.true(backOff.next() <= 100);
});

test('those who failed together do not return together', (t) => {
  const waits = new Set(Array.from({ length: 20 }, () => new BackOff(1000, 1000).next()));
  t.true(waits.size > 10);
});
