import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { DirectoryStore } from '../../src/store/directory.ts';
import { hour, minute } from '../../src/store/lifetime.ts';
import { createRecord, readRecord, removeRecord, updateRecord } from '../../src/store/records.ts';
import { MemoryStore } from '../helpers/memory-store.ts';

const schema = z.strictObject({ n: z.number() });

test.beforeEach(async (t) => {
  const root = await mkdtemp(join(tmpdir(), 'dropstack-records-'));
  t.context = { root, store: await DirectoryStore.open(root) };
});
test.afterEach.always(async (t) => {
  await rm((t.context as { root: string }).root, { recursive: true });
});
const storeOf = (context: unknown): DirectoryStore => (context as { store: DirectoryStore }).store;

test('the first record wins, and everybody gets it', async (t) => {
  const store = storeOf(t.context);
  const created = await Promise.all([1, 2, 3, 4].map((n) => createRecord(store, 'r', schema, { n })));
  t.is(new Set(created.map(({ n }) => n)).size, 1);
  t.deepEqual(await readRecord(store, 'r', schema), created[0]);
});

test('concurrent changes are all made', async (t) => {
  const store = storeOf(t.context);
  const increment = (): Promise<unknown> =>
    updateRecord(store, 'n', schema, (now) => ({ n: (now?.n ?? 0) + 1 }));
  await Promise.all(Array.from({ length: 20 }, increment));
  t.deepEqual(await readRecord(store, 'n', schema), { n: 20 });
});

test('a change that changes nothing writes nothing', async (t) => {
  const store = storeOf(t.context);
  await createRecord(store, 'r', schema, { n: 1 });
  const before = await store.stat('r');
  t.deepEqual(await updateRecord(store, 'r', schema, () => undefined), { n: 1 });
  t.deepEqual(await store.stat('r'), before);
});

test('a record that is damaged or of another form is said to be corrupt, by its key', async (t) => {
  const store = storeOf(t.context);
  for (const text of ['', '{"n":', '{"n":"1"}', '{"n":1,"m":2}', 'null']) {
    await store.put('bad', Buffer.from(text));
    await t.throwsAsync(readRecord(store, 'bad', schema), { code: 'corrupt', message: /bad/ }, text);
  }
});

/** A store as large ones are, in which a removal died halfway: its mark is under `r`. */
async function halfRemoved(clock: () => number): Promise<{ store: MemoryStore; etag: string }> {
  const store = new MemoryStore({ clock, etags: 'bytes' });
  const record = await store.put('r', Buffer.from('{"n":1}'));
  const dying = store.view(async ({ method }) => {
    if (method === 'remove') throw new Error('killed');
  });
  await removeRecord(dying, 'r', record?.etag ?? '', clock).catch(() => undefined);
  return { store, etag: (await store.stat('r'))?.etag ?? '' };
}

test('a removal that died halfway stops writers for an hour, and no longer', async (t) => {
  let now = Date.parse('2026-11-21T00:00:00Z');
  const clock = (): number => now;
  const { store } = await halfRemoved(clock);
  const change = async (): Promise<unknown> =>
    updateRecord(store, 'r', schema, (found) => ({ n: found === undefined ? 7 : 0 }), clock);
  t.is(await readRecord(store, 'r', schema), undefined);
  await t.throwsAsync(change, { code: 'busy' });
  now += hour - minute;
  await t.throwsAsync(change, { code: 'busy' });
  now += 2 * minute;
  t.deepEqual(await change(), { n: 7 });
  t.deepEqual(await readRecord(store, 'r', schema), { n: 7 });
});

test('a mark whose time the store does not say is believed to be young', async (t) => {
  const { store } = await halfRemoved(() => 0);
  const change = async (): Promise<unknown> => updateRecord(store, 'r', schema, () => ({ n: 2 }));
  await t.throwsAsync(change, { code: 'busy' });
});

test('of two that end the same removal, one does', async (t) => {
  const { store, etag } = await halfRemoved(Date.now);
  let second: boolean | undefined;
  const first = store.view(async ({ method }) => {
    if (method === 'remove') second = await removeRecord(store, 'r', etag);
  });
  t.true(await removeRecord(first, 'r', etag));
  t.false(second);
});

test('a record that is needed after all is put back', async (t) => {
  const store = new MemoryStore({ etags: 'bytes' });
  const info = await store.put('r', Buffer.from('{"n":1}'));
  const etag = info?.etag ?? '';
  const seen: unknown[] = [];
  const isNeeded = async (): Promise<boolean> => {
    seen.push(await readRecord(store, 'r', schema));
    return true;
  };
  t.false(await removeRecord(store, 'r', etag, Date.now, isNeeded));
  t.deepEqual(seen, [undefined], 'it is asked while nobody can write');
  t.deepEqual(await readRecord(store, 'r', schema), { n: 1 });
  const away = new Error('away');
  const failing = async (): Promise<boolean> => Promise.reject(away);
  await t.throwsAsync(removeRecord(store, 'r', etag, Date.now, failing), { is: away });
  t.deepEqual(await readRecord(store, 'r', schema), { n: 1 });
  t.true(await removeRecord(store, 'r', etag, Date.now, async () => false));
  t.deepEqual([...store.objects.keys()], []);
});
