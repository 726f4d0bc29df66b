import test from 'ava';
import { moreRounds } from '../../../bench/gate/rounds.ts';
import type { Scenario, Series } from '../../../bench/gate/scenario.ts';

test('a round visits facade and floor of each scenario in turn, and takes down one unit of work', async (t) => {
  const visits: string[] = [];
  const scenario = (name: string): Scenario => ({
    name,
    unit: 'request',
    facade: async () => {
      visits.push(`${name} facade`);
      return { work: 10, cpuSeconds: 2, copied: 500, allocated: 70 };
    },
    floor: async () => {
      visits.push(`${name} floor`);
      return { work: 5, cpuSeconds: 0.5 };
    },
  });
  const all = new Map<Scenario, Series>([
    [scenario('a'), { cpu: [9], copied: [9] }],
    [scenario('b'), {}],
  ]);
  await moreRounds(all, 2);
  const rounds = ['a facade, a floor, b facade, b floor', 'a floor, a facade, b floor, b facade'];
  t.is(visits.join(', '), rounds.join(', '));
  t.deepEqual(
    [...all.values()],
    [
      { cpu: [9, 2, 2], copied: [9, 50, 50], allocated: [7, 7] },
      { cpu: [2, 2], copied: [50, 50], allocated: [7, 7] },
    ],
  );
});
