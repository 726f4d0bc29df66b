import test from 'ava';
import fc from 'fast-check';
import { recordKey } from '../../src/droplet/record.ts';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { GuidStates } from '../../src/droplet/states.ts';
import { DropletLists } from '../../src/operator/droplet-lists.ts';
import { MemoryStore } from '../helpers/memory-store.ts';

const defaultStack = 'cflinuxfs4';
const droplet = fc.record({
  guid: fc.integer({ min: 0, max: 6 }).map((nth) => `guid-${nth}`),
  hash: fc.integer({ min: 0, max: 3 }).map((nth) => `${nth}`.repeat(40)),
  isStored: fc.boolean(),
  isConverted: fc.boolean(),
  isDeleted: fc.boolean(),
  stack: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
});

test('as many are counted as a list tells of', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(droplet, { maxLength: 15 }), async (all) => {
      const [own, sources] = [new MemoryStore(), new MemoryStore()];
      const states = new GuidStates(own);
      for (const { guid, hash, isStored, isConverted, isDeleted, stack } of all) {
        if (isStored) await sources.put(sourceKey(guid, hash), Buffer.from('droplet'));
        if (isConverted) await own.put(recordKey(guid, hash, 'f1'), Buffer.from('{}'));
        await own.put(`v1/droplets/${guid}/layers/${'0'.repeat(64)}`, Buffer.from('{}'));
        if (stack !== undefined) await states.assign(guid, stack);
        if (isDeleted) await states.bury(guid, hash);
      }
      const lists = new DropletLists({ own, sources, states, defaultStack });
      const there = (await lists.list()).filter(({ state }) => state !== 'deleted');
      const guids = Map.groupBy(there, ({ stack }) => stack);
      const wanted = Array.from(guids, ([stack, members]) => [
        stack,
        new Set(members.map(({ guid }) => guid)).size,
      ]);
      t.deepEqual((await lists.count()).apps, Object.fromEntries(wanted));
      for (const { guid } of all)
        t.deepEqual(
          await lists.list(guid),
          (await lists.list()).filter((one) => one.guid === guid),
        );
    }),
    { numRuns: 60 },
  );
});

test('all who ask are told of one count', async (t) => {
  const store = new MemoryStore();
  await store.put(sourceKey('some-app', '0'.repeat(40)), Buffer.from('droplet'));
  let lists = 0;
  const sources = store.view(async ({ method }) => void (lists += Number(method === 'list')));
  const own = new MemoryStore();
  const counter = new DropletLists({ own, sources, states: new GuidStates(own), defaultStack });
  const counts = await Promise.all(Array.from({ length: 10 }, () => counter.count()));
  const last = await counter.count();
  for (const one of counts) t.is(one, last);
  t.deepEqual(last.apps, { [defaultStack]: 1 });
  t.is(lists, 1);
});
