import test from 'ava';
import { assert, array, integer, property } from 'fast-check';
import { nextBackOff, type BackOff } from '../../../../bench/load/fleet/back-off.ts';

test('A kubelet waits from 10 to 300 seconds', (t) => {
  const delays: number[] = [];
  let last: BackOff | undefined;
  let now = 0;
  for (let failures = 0; failures < 8; failures++) {
    last = nextBackOff(last, now, 10_000);
    delays.push(last.delayMs);
    now += last.delayMs;
  }
  t.deepEqual(delays, [10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
});

test('After twice the longest wait a kubelet begins anew', (t) => {
  const last = { atMs: 0, delayMs: 160_000 };
  t.is(nextBackOff(last, 600_000, 10_000).delayMs, 300_000);
  t.is(nextBackOff(last, 600_001, 10_000).delayMs, 10_000);
});

test('A wait is never shorter than the first, nor longer than thirty times that', (t) => {
  const gaps = array(integer({ min: 0, max: 2_000_000 }), { maxLength: 30 });
  assert(
    property(gaps, integer({ min: 1, max: 100_000 }), (all, first) => {
      let last: BackOff | undefined;
      let now = 0;
      for (const gap of all) {
        last = nextBackOff(last, (now += gap), first);
        if (last.delayMs < first || last.delayMs > 30 * first) return false;
      }
      return true;
    }),
  );
  t.pass();
});
