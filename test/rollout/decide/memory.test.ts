import test from 'ava';
import { Memory } from '../../../src/rollout/decide/memory.ts';

test('time in which nothing could be done counts for nobody', (t) => {
  const memory = new Memory(1000);
  t.is(memory.countsFrom, 1000);
  t.is(memory.since('one', 'waits', 2000), 2000);
  t.is(memory.since('other', 'waits', 2000), 2000);
  memory.excuse(5000, 'one');
  t.deepEqual([memory.since('one', 'waits', 6000), memory.since('other', 'waits', 6000)], [5000, 2000]);
  t.is(memory.countsFrom, 1000, 'that was for one app alone');
  memory.excuse(7000);
  t.deepEqual([memory.since('one', 'waits', 8000), memory.since('other', 'waits', 8000)], [7000, 7000]);
  t.is(memory.countsFrom, 7000);
});
