import test from 'ava';
import fc from 'fast-check';
import { recordKey } from '../../src/droplet/record.ts';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { GuidStates, guidState, guidStateKey, statesFolder, untouched } from '../../src/droplet/states.ts';
import { countApps } from '../../src/operator/count-apps.ts';
import { DropletLists } from '../../src/operator/droplet-lists.ts';
import { ListedRecords } from '../../src/operator/listed-records.ts';
import { readTagged } from '../../src/store/records.ts';
import type { ReadableStore } from '../../src/store/store.ts';
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

test('a second count reads no record, and lists folders, not what was made of each droplet', async (t) => {
  const [own, sources] = [new MemoryStore(), new MemoryStore()];
  const states = new GuidStates(own);
  const apps = 50;
  for (let nth = 0; nth < apps; nth++) {
    const [guid, hash] = [`guid-${nth}`, '0'.repeat(40)];
    await sources.put(sourceKey(guid, hash), Buffer.from('droplet'));
    for (let variant = 0; variant < 10; variant++)
      await own.put(recordKey(guid, hash, `f${variant}`), Buffer.from('{}'));
    await states.assign(guid, 'a');
  }
  const meter = { opened: 0, listed: 0 };
  const parts = { own: metered(own, meter), sources: metered(sources, meter), defaultStack };
  const known = new ListedRecords(parts.own, statesFolder, (key) => readTagged(parts.own, key, guidState));
  const count = () =>
    countApps({
      ...parts,
      states: async () => {
        const all = await known.all();
        return (guid) => all.get(guidStateKey(guid))?.value ?? untouched;
      },
    });
  t.deepEqual(await count(), { a: apps });
  t.is(meter.opened, apps);
  meter.opened = meter.listed = 0;
  t.deepEqual(await count(), { a: apps });
  t.is(meter.opened, 0);
  // A state, a droplet and a folder each.
  t.true(meter.listed <= 3 * apps, `${meter.listed} entries`);
});

/** Counts what is opened, and what lists tell of. */
function metered(store: ReadableStore, meter: { opened: number; listed: number }): ReadableStore {
  const counted = async function* <T>(entries: AsyncIterable<T>): AsyncGenerator<T> {
    for await (const entry of entries) {
      meter.listed++;
      yield entry;
    }
  };
  return {
    stat: (key) => store.stat(key),
    open: async (key, range) => {
      meter.opened++;
      return store.open(key, range);
    },
    list: (prefix) => counted(store.list(prefix)),
    folders: (prefix) => counted(store.folders(prefix)),
  };
}
