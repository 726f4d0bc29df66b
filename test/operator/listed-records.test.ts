import test from 'ava';
import fc from 'fast-check';
import { ListedRecords } from '../../src/operator/listed-records.ts';
import { readWhole } from '../../src/store/read-whole.ts';
import { MemoryStore, type Call, type MemoryOptions } from '../helpers/memory-store.ts';

const folder = 'v1/some/';

function watched(before: (call: Call) => Promise<void> = async () => undefined, options: MemoryOptions = {}) {
  const store = new MemoryStore(options);
  const calls = { list: 0, open: 0 };
  const view = store.view(async (call) => {
    if (call.method === 'list' || call.method === 'open') calls[call.method]++;
    await before(call);
  });
  const records = new ListedRecords(view, folder, async (key) => {
    const found = await readWhole(view, key);
    return found && { info: found.info, value: found.bytes.toString() };
  });
  const all = async () =>
    Object.fromEntries(Array.from(await records.all(), ([key, { value }]) => [key, value]));
  const put = async (name: string, text: string) => store.put(folder + name, Buffer.from(text));
  return { store, calls, all, put };
}

const change = fc.record({
  name: fc.constantFrom('a', 'b', 'c/d'),
  text: fc.option(fc.string(), { nil: undefined }),
});

test('a look tells what is there, and reads only what changed', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }), async (rounds) => {
      const { store, calls, all, put } = watched();
      const wanted = new Map<string, string>();
      for (const changes of rounds) {
        for (const { name, text } of changes) {
          if (text === undefined) await store.remove(folder + name);
          else await put(name, text);
          if (text === undefined) wanted.delete(folder + name);
          else wanted.set(folder + name, text);
        }
        const before = calls.open;
        t.deepEqual(await all(), Object.fromEntries(wanted));
        t.true(calls.open - before <= new Set(changes.map(({ name }) => name)).size);
        const after = calls.open;
        await all();
        t.is(calls.open, after, 'nothing has changed');
      }
    }),
    { numRuns: 50 },
  );
});

test('who asks during a look shares the next one, which tells what was there when it was asked for', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { calls, all, put } = watched(({ method }) => (method === 'open' ? gate.promise : Promise.resolve()));
  await put('a', 'first');
  const first = all();
  while (calls.open === 0) await new Promise(setImmediate);
  await put('b', 'second');
  const others = Promise.all(Array.from({ length: 20 }, () => all()));
  gate.resolve();
  t.deepEqual(await first, { [`${folder}a`]: 'first' });
  for (const found of await others) t.deepEqual(found, { [`${folder}a`]: 'first', [`${folder}b`]: 'second' });
  t.is(calls.list, 2);
});

test('a look that fails is told to who asked, and the next one goes well', async (t) => {
  let isAway = true;
  const { all, put } = watched(async () => {
    if (isAway) throw new Error('away');
  });
  await put('a', 'x');
  await t.throwsAsync(all(), { message: 'away' });
  isAway = false;
  t.deepEqual(await all(), { [`${folder}a`]: 'x' });
});

test('what a look has read before it fails is not read again', async (t) => {
  let isDamaged = true;
  const { calls, all, put } = watched(async ({ method, key }) => {
    if (isDamaged && method === 'open' && key === `${folder}7`) throw new Error('damaged');
  });
  for (let nth = 1; nth <= 10; nth++) await put(String(nth), 'x');
  await t.throwsAsync(all(), { message: 'damaged' });
  const [first, names] = [calls.open, 10];
  await t.throwsAsync(all(), { message: 'damaged' });
  isDamaged = false;
  t.is(Object.keys(await all()).length, names);
  // Each once, and the damaged one in each of the two looks that failed.
  t.is(calls.open, names + 2);
  t.true(first >= 7, `${first} in the first`);
});

test('bytes that come back with the etag that they had are what is told', async (t) => {
  const between: (() => Promise<unknown>)[] = [];
  const { store, all, put } = watched(
    async ({ method }) => {
      if (method === 'open') await between.shift()?.();
    },
    { etags: 'bytes' },
  );
  await put('a', 'there');
  // It changes after it was listed, and changes back when it was read.
  between.push(() => store.put(`${folder}a`, Buffer.from('deleted')));
  t.deepEqual(await all(), { [`${folder}a`]: 'deleted' });
  await put('a', 'there');
  t.deepEqual(await all(), { [`${folder}a`]: 'there' });
});

test('what is gone when it is read is left out', async (t) => {
  const store = new MemoryStore();
  await store.put(`${folder}a`, Buffer.from('x'));
  t.is((await new ListedRecords(store, folder, async () => undefined).all()).size, 0);
});
