import test from 'ava';
import fc from 'fast-check';
import { AuditLog } from '../../../src/operator/audit/audit-log.ts';
import type { AuditEntry } from '../../../src/operator/audit/entry.ts';
import { compareIds, entryKey } from '../../../src/operator/audit/keys.ts';
import { Newcomers } from '../../../src/operator/audit/newcomers.ts';
import { readAudit, type AuditQuery } from '../../../src/operator/audit/read-audit.ts';
import { collect } from '../../../src/collect/collect.ts';
import { layeredReader } from '../../../src/store/layered.ts';
import { day, hour, minute } from '../../../src/store/lifetime.ts';
import { MemoryStore } from '../../helpers/memory-store.ts';

const now = Date.UTC(2026, 10, 21, 12, 30);
const deed = { user: 'somebody', action: 'promote', stack: 'fs', version: '1', outcome: 'done' } as const;

/** A log with an entry at each of these times, and its entries newest first. */
async function logAt(times: number[]): Promise<{ store: MemoryStore; entries: AuditEntry[] }> {
  const store = new MemoryStore({ clock: () => now });
  const entries: AuditEntry[] = [];
  for (const time of times) {
    const log = new AuditLog(store, () => time);
    log.watch((entry) => entries.push(entry));
    await log.write(deed);
  }
  return { store, entries: entries.toSorted((a, b) => compareIds(b.id, a.id)) };
}

const ages = fc.array(fc.integer({ min: -hour, max: 30 * day }), { maxLength: 40 });

test('pages are newest first, leave nothing out and repeat nothing', async (t) => {
  await fc.assert(
    fc.asyncProperty(ages, fc.integer({ min: 1, max: 12 }), async (found, limit) => {
      const { store, entries } = await logAt(found.map((age) => now - age));
      const read: AuditEntry[] = [];
      for (let before: string | undefined; ;) {
        const page = await readAudit(store, { before, limit });
        t.true(page.entries.length <= limit);
        read.push(...page.entries);
        if (page.next === undefined) break;
        t.is(page.entries.length, limit);
        before = page.next;
      }
      t.deepEqual(read, entries);
    }),
    { numRuns: 40 },
  );
});

test('since is inclusive, before is not, and both may be times or ids', async (t) => {
  await fc.assert(
    fc.asyncProperty(ages, fc.nat({ max: 30 * day }), fc.nat({ max: 30 * day }), async (found, a, b) => {
      const { store, entries } = await logAt(found.map((age) => now - age));
      const [from, to] = [now - Math.max(a, b), now - Math.min(a, b)];
      const wanted = entries.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) < to);
      const range = { since: String(from), before: String(to) };
      t.deepEqual((await readAudit(store, { ...range, limit: 1000 })).entries, wanted);
      const [newest, oldest] = [wanted[0], wanted.at(-1)];
      if (newest === undefined || oldest === undefined) return;
      const ids = { since: oldest.id, before: newest.id };
      t.deepEqual((await readAudit(store, { ...ids, limit: 1000 })).entries, wanted.slice(1));
    }),
    { numRuns: 40 },
  );
});

test('a page costs few lists, however much there is, and however long ago', async (t) => {
  const long = Array.from({ length: 1000 }, (_, nth) => now - 5 * 365 * day - nth * 7 * hour);
  const crowd = Array.from({ length: 500 }, (_, nth) => now - 300 * day - nth * minute);
  const { store, entries } = await logAt([now, ...crowd, ...long]);
  let lists = 0;
  const counted = store.view(async ({ method }) => {
    if (method === 'list') lists++;
  });
  const costOf = async (query: Omit<AuditQuery, 'limit'>, wanted: AuditEntry[]): Promise<number> => {
    lists = 0;
    t.deepEqual((await readAudit(counted, { ...query, limit: 25 })).entries, wanted);
    return lists;
  };
  // The days, of which a few are asked for their hours; two hours have a page, and some are asked for beside them.
  t.true((await costOf({}, entries.slice(0, 25))) <= 15);
  // An hour each.
  const before = entries[500]?.id ?? '';
  t.true((await costOf({ before }, entries.slice(501, 526))) <= 1 + 13 + 25 + 8);
  t.is(await costOf({ before: String(now - 2 * day), since: String(now - 200 * day) }, []), 1);
});

test('what comes is seen once, whoever wrote it, and by whichever of clocks that are some minutes apart', async (t) => {
  const { store } = await logAt([now - minute]);
  let clock = now;
  const newcomers = new Newcomers(store, () => clock);
  t.deepEqual(await newcomers.look(), []);
  const writeAt = async (time: number): Promise<string> => {
    const ids: string[] = [];
    const log = new AuditLog(store, () => time);
    log.watch(({ id }) => ids.push(id));
    await log.write(deed);
    return ids[0] ?? '';
  };
  const first = await writeAt(now);
  const late = await writeAt(now - 9 * minute);
  t.deepEqual(
    (await newcomers.look()).map(({ id }) => id),
    [late, first],
  );
  t.deepEqual(await newcomers.look(), []);
  newcomers.know(await writeAt(now));
  t.deepEqual(await newcomers.look(), []);
  for (let hours = 0; hours < 30; hours++) {
    clock += hour + minute;
    const ids = [await writeAt(clock - 9 * minute), await writeAt(clock), await writeAt(clock + 9 * minute)];
    t.deepEqual(
      (await newcomers.look()).map(({ id }) => id),
      ids,
    );
  }
  t.deepEqual(await newcomers.look(), []);
});

test('what comes while the store is away is seen when it is back', async (t) => {
  const { store } = await logAt([now]);
  let isAway = false;
  const watched = store.view(async () => {
    if (isAway) throw new Error('away');
  });
  const newcomers = new Newcomers(watched, () => now);
  await newcomers.look();
  isAway = true;
  await new AuditLog(store, () => now).write(deed);
  await t.throwsAsync(newcomers.look());
  isAway = false;
  t.is((await newcomers.look()).length, 1);
});

test('an entry that is damaged, or of a later release, is named, and hides no other', async (t) => {
  const { store, entries } = await logAt([now - 3, now - 2, now - 1, now]);
  const [newest, middle, later, damaged] = entries;
  if (newest === undefined || middle === undefined || later === undefined || damaged === undefined)
    throw new Error('Entries are missing');
  await store.put(entryKey(damaged.id), Buffer.from('{'));
  await store.put(entryKey(later.id), Buffer.from(JSON.stringify({ ...later, action: 'levitate' })));
  await store.put(entryKey(middle.id), Buffer.from(JSON.stringify({ ...middle, mood: 'sunny' })));
  t.deepEqual(await readAudit(store, { limit: 10 }), {
    entries: [newest, middle],
    unreadable: [later.id, damaged.id],
  });
  t.deepEqual(await readAudit(store, { limit: 2 }), { entries: [newest, middle], next: middle.id });
});

test('no collection removes an entry', async (t) => {
  const { store, entries } = await logAt([now - 300 * day, now - 2 * day]);
  const uploads = layeredReader([]);
  await collect(
    { own: store, uploads, source: undefined, clock: () => now },
    { graceSeconds: 86_400, dryRun: false, allowLarge: true },
  );
  t.deepEqual((await readAudit(store, { limit: 10 })).entries, entries);
});

test('an entry that cannot be written is told to whoever watches, and fails nobody', async (t) => {
  const store = new MemoryStore({ before: async () => Promise.reject(new Error('no room')) });
  const log = new AuditLog(store, () => now);
  const heard: unknown[] = [];
  log.watch((entry, error) => heard.push([entry.action, String(error)]));
  await t.notThrowsAsync(log.write(deed));
  t.deepEqual(heard, [['promote', 'Error: no room']]);
});
