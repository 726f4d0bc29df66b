import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { DirectoryStore } from '../../src/store/directory.ts';
import { createRecord, readRecord, updateRecord } from '../../src/store/records.ts';

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
