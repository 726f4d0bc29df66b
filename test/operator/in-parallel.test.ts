import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import * as fc from 'fast-check';
import { inParallel } from '../../src/operator/in-parallel.ts';

test('everything comes out in order, and never is more under way than there may be', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 3 })),
      fc.integer({ min: 1, max: 5 }),
      async (turns, most) => {
        let running = 0;
        let peak = 0;
        const found = await Array.fromAsync(
          inParallel(turns.entries(), most, async ([index, waits]) => {
            peak = Math.max(peak, ++running);
            for (let i = 0; i < waits; i++) await turn();
            running--;
            return index;
          }),
        );
        t.deepEqual(found, [...turns.keys()]);
        t.true(peak <= most);
        t.is(peak, Math.min(most, turns.length));
      },
    ),
  );
});

test('a failure comes in its turn, all that runs is waited for, and no more begins', async (t) => {
  let begun = 0;
  let ended = 0;
  const seen: number[] = [];
  const all = inParallel(Array.from({ length: 100 }).keys(), 4, async (index) => {
    begun++;
    await turn();
    ended++;
    if (index === 5 || index === 6) throw new Error(`number ${index}`);
    return index;
  });
  const read = async (): Promise<void> => {
    for await (const index of all) seen.push(index);
  };
  await t.throwsAsync(read, { message: 'number 5' });
  t.deepEqual(seen, [0, 1, 2, 3, 4]);
  t.true(begun < 12);
  t.is(ended, begun);
});

test('whoever has seen enough ends it', async (t) => {
  let begun = 0;
  const work = async (index: number): Promise<number> => {
    begun++;
    await turn();
    return index;
  };
  for await (const index of inParallel(Array.from({ length: 100 }).keys(), 4, work)) if (index === 2) break;
  t.true(begun < 10);
});
