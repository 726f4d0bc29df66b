import test from 'ava';
import { GuidStates, statesMark, tombstoneOf } from '../../src/droplet/states.ts';
import { MemoryStore } from '../helpers/memory-store.ts';

test('a deletion that failed before it told others tells them when it is repeated', async (t) => {
  const hash = '0'.repeat(40);
  const store = new MemoryStore();
  let isAway = true;
  const view = store.view(async ({ method, key }) => {
    if (isAway && method === 'put' && key === statesMark) throw new Error('away');
  });
  const states = new GuidStates(view);
  await t.throwsAsync(states.bury('some-app', hash), { message: 'away' });
  t.truthy(tombstoneOf(await states.get('some-app'), hash));
  isAway = false;
  t.false(await states.bury('some-app', hash));
  t.truthy(await store.stat(statesMark));
});
