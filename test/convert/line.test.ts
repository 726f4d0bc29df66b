import test from 'ava';
import { Line, type LineOptions } from '../../src/convert/line.ts';
import type { Asker } from '../../src/convert/queue.ts';
import { Failure } from '../../src/errors.ts';

const pull = (client: string): Asker => ({ urgency: 'pull', client });

/** A line, and the keys that were let in so far, in order. */
function open(options: Partial<LineOptions> = {}) {
  const line = new Line({ size: 1, waiting: { total: 2, perClient: 1 }, roomMs: 60_000, ...options });
  const inside: string[] = [];
  const enter = async (key: string, ...askers: Asker[]): Promise<void> => {
    await line.enter(key, askers);
    inside.push(key);
  };
  return { line, inside, enter };
}

test('so many are inside at once, and each that leaves lets the next in', async (t) => {
  const { line, inside, enter } = open({ size: 2 });
  const all = [enter('1', pull('a')), enter('2', pull('b')), enter('3', pull('c')), enter('4', pull('d'))];
  await Promise.all(all.slice(0, 2));
  t.deepEqual(inside, ['1', '2']);
  line.leave();
  await all[2];
  line.leave();
  await all[3];
  t.deepEqual(inside, ['1', '2', '3', '4']);
  line.leave();
  line.leave();
  await enter('5', pull('a'));
  t.is(inside.at(-1), '5');
});

test('who finds no room waits for some, and who waits for least has it first', async (t) => {
  const { line, inside, enter } = open({ waiting: { total: 2, perClient: 2 } });
  await enter('first', pull('greedy'));
  const all = ['g0', 'g1', 'g2'].map((key) => enter(key, pull('greedy')));
  const other = enter('other', pull('other'));
  for (let i = 0; i < 4; i++) {
    line.leave();
    await new Promise(setImmediate);
  }
  await Promise.all([...all, other]);
  t.deepEqual(inside, ['first', 'g0', 'g1', 'other', 'g2']);
});

test('one that is full up leaves room for others', async (t) => {
  const { enter } = open({ roomMs: 5 });
  await enter('first', pull('greedy'));
  const own = enter('g0', pull('greedy'));
  await t.throwsAsync(enter('g1', pull('greedy')), { code: 'busy', message: /up to 1 for one client/ });
  const other = enter('o0', pull('other'));
  let over = false;
  void Promise.race([own, other]).then(() => (over = true));
  await new Promise(setImmediate);
  t.false(over, 'both wait');
});

test('past all bounds the answer is at once', async (t) => {
  const { enter } = open({ waiting: { total: 1, perClient: 1 } });
  await enter('inside', pull('a'));
  void enter('waits', pull('a'));
  void enter('outside', pull('a'));
  await t.throwsAsync(enter('b', pull('b')), { code: 'busy' });
});

test('who is joined by another outside has whoever’s turn is first', async (t) => {
  const { line, inside, enter } = open({ waiting: { total: 10, perClient: 1 } });
  await enter('first', pull('greedy'));
  const queued = enter('g0', pull('greedy'));
  const outside = enter('g1', pull('greedy'));
  line.join('g1', pull('other'));
  line.join('nothing', pull('other'));
  line.leave();
  await queued;
  line.leave();
  await outside;
  t.deepEqual(inside, ['first', 'g0', 'g1']);
});

test('a line that closes tells all who wait', async (t) => {
  const { line, enter } = open({ waiting: { total: 1, perClient: 1 } });
  await enter('inside', pull('a'));
  const waiting = [enter('waits', pull('a')), enter('outside', pull('a'))];
  line.close(new Failure('unavailable', 'over'));
  for (const turn of [...waiting, enter('late', pull('b'))]) {
    await t.throwsAsync(turn, { code: 'unavailable', message: 'over' });
  }
});
