import test from 'ava';
import { moreRounds } from '../../../bench/gate/rounds.ts';
import type { Series, Stage } from '../../../bench/gate/scenario.ts';

test('a round opens each stage that is wanted, measures all of it, and ends it', async (t) => {
  const visits: string[] = [];
  const stage = (...names: string[]): Stage => ({
    names,
    open: (owner) => {
      visits.push(`${names.join('')} opens`);
      if ('defer' in owner) owner.defer(() => void visits.push(`${names.join('')} ends`));
      const measure = (name: string) => () => {
        visits.push(name);
        return Promise.resolve({ cpu: [2, 3], copied: [50] });
      };
      return Promise.resolve(names.map((name) => ({ name, measure: measure(name) })));
    },
  });
  const all = new Map<string, Series>([
    ['a', { cpu: [9], copied: [9] }],
    ['c', {}],
  ]);
  await moreRounds([stage('a', 'b'), stage('c'), stage('d')], all, 2);
  const round = 'ab opens, a, b, ab ends, c opens, c, c ends';
  t.is(visits.join(', '), `${round}, ${round}`);
  t.deepEqual(
    [...all.values()],
    [
      { cpu: [9, 2, 3, 2, 3], copied: [9, 50, 50] },
      { cpu: [2, 3, 2, 3], copied: [50, 50] },
    ],
  );
});
