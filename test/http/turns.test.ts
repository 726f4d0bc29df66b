import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { Turns } from '../../src/http/turns.ts';

test('a burst is spread over turns of the event loop, in order', async (t) => {
  const turns = new Turns();
  const begun: number[] = [];
  for (let at = 0; at < 200; at++) turns.run(() => begun.push(at), 'one');
  const counts: number[] = [];
  for (let turn = 0; begun.length < 200 && turn < 100; turn++) {
    counts.push(begun.length);
    await setImmediate();
  }
  t.true(counts.length > 3, `it took ${counts.length} turns`);
  t.true(
    counts.every((count, turn) => count - (counts[turn - 1] ?? 0) <= 50),
    counts.join(),
  );
  t.deepEqual(
    begun,
    Array.from({ length: 200 }, (_, at) => at),
  );
});

test('whoever comes alone, or later, does not wait', async (t) => {
  const turns = new Turns();
  for (let at = 0; at < 3; at++) {
    let begun = false;
    turns.run(() => (begun = true), 'one');
    t.true(begun);
    await setImmediate();
  }
});

test('who comes while others wait comes after them', async (t) => {
  const turns = new Turns();
  const begun: string[] = [];
  for (let at = 0; at < 60; at++) turns.run(() => begun.push('first'), 'one');
  await setImmediate();
  const left = 60 - begun.length;
  await turns.next('one');
  t.is(begun.length, 60, `${left} were waiting`);
});

test('work that begins other work does not begin it all in one turn', async (t) => {
  const turns = new Turns();
  let begun = 0;
  const again = (): void => {
    begun++;
    if (begun < 200) turns.run(again, 'one');
  };
  turns.run(again, 'one');
  t.true(begun < 50);
  for (let turn = 0; turn < 100; turn++) await setImmediate();
  t.is(begun, 200);
});

test('nobody waits for the burst of another', async (t) => {
  const turns = new Turns();
  const begun: string[] = [];
  for (let at = 0; at < 1_000; at++) turns.run(() => begun.push('greedy'), 'greedy');
  for (let at = 0; at < 10; at++) await turns.next('other').then(() => begun.push('other'));
  t.true(begun.length < 600, `${begun.length} were begun meanwhile`);
});
