import test from 'ava';
import { inTurn } from '../../../bench/contest/in-turn.ts';

test('every round visits all, each time beginning with another one', async (t) => {
  const all = ['a', 'b', 'c'].map((name) => ({ name }));
  const order: string[] = [];
  const results = await inTurn(4, all, async ({ name }) => order.push(name));
  t.is(order.join(' '), 'a b c b c a c a b a b c');
  t.deepEqual(
    [...results],
    [
      ['a', [1, 6, 8, 10]],
      ['b', [2, 4, 9, 11]],
      ['c', [3, 5, 7, 12]],
    ],
  );
});
