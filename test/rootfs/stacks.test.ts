import test, { type ExecutionContext } from 'ava';
import { Failure, type FailureCode } from '../../src/errors.ts';
import { sha256 } from '../../src/oci/digest.ts';
import { rootfsKey, stackKey } from '../../src/rootfs/keys.ts';
import { rootfsRecord, type RootfsRecord } from '../../src/rootfs/record.ts';
import { newStack, stackRecord } from '../../src/rootfs/stack-record.ts';
import { Stacks } from '../../src/rootfs/stacks.ts';
import { DirectoryStore } from '../../src/store/directory.ts';
import { day } from '../../src/store/lifetime.ts';
import { createRecord, updateRecord } from '../../src/store/records.ts';
import type { Store } from '../../src/store/store.ts';
import { tempDir } from '../helpers/temp.ts';

const at = '2026-01-02T03:04:05.000Z';

function versionOf(stack: string, version: string): RootfsRecord {
  const digest = sha256(version);
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 1, object: 'v1/objects/x' };
  return {
    format: 1,
    stack,
    version,
    os: 'linux',
    architecture: 'amd64',
    provides: [],
    layers: [{ ...layer, digest, diffId: digest }],
    contents: { files: 1, packages: 0, libraries: 0 },
    source: { kind: 'tar' },
  };
}

async function stackWith(
  t: ExecutionContext,
  ...versions: string[]
): Promise<{ store: Store; stacks: Stacks }> {
  const store = await DirectoryStore.open(await tempDir(t));
  await createRecord(store, stackKey('s'), stackRecord, newStack('s'));
  for (const version of versions) {
    await createRecord(store, rootfsKey('s', version), rootfsRecord, versionOf('s', version));
  }
  return { store, stacks: new Stacks(store, () => new Date(at)) };
}

async function fails(
  t: ExecutionContext,
  code: FailureCode,
  says: RegExp,
  action: Promise<unknown>,
): Promise<void> {
  const error = await t.throwsAsync(action, { instanceOf: Failure, message: says });
  t.is(error.code, code);
}

test('promoting says what was promoted before, and twice is once', async (t) => {
  const { stacks } = await stackWith(t, '1', '2');
  await stacks.promote('s', '1', 'ann');
  await stacks.promote('s', '2', 'bob');
  const record = await stacks.promote('s', '2', 'eve');
  t.is(record.promoted, '2');
  t.is(record.generation, 2);
  t.deepEqual(record.history, [
    { at, by: 'ann', action: 'promote', version: '1' },
    { at, by: 'bob', action: 'promote', version: '2', previous: '1' },
  ]);
  t.deepEqual(await stacks.get('s'), record);
});

test('guids are placed and taken away in one change', async (t) => {
  const { stacks } = await stackWith(t, '1', '2');
  await stacks.place('s', { aaaa: '1', bbbb: '1', cccc: '2' }, 'ann');
  const record = await stacks.place('s', { aaaa: '2', bbbb: null, cccc: '2', dddd: null }, 'ann');
  t.deepEqual(record.placements, { aaaa: '2', cccc: '2' });
  t.is(record.generation, 2);
  t.deepEqual(record.history.slice(2), [
    { at, by: 'ann', action: 'place', version: '2', guids: 1 },
    { at, by: 'ann', action: 'unplace', guids: 1 },
  ]);
  t.is((await stacks.place('s', { aaaa: '2', bbbb: null }, 'ann')).generation, 2);
});

test('a placement that is not possible places nobody', async (t) => {
  const { stacks } = await stackWith(t, '1');
  await fails(
    t,
    'not-found',
    /No version 9 of stack s: import/,
    stacks.place('s', { aaaa: '1', bbbb: '9' }, 'x'),
  );
  t.deepEqual((await stacks.get('s'))?.placements, {});
});

test('a change that rests on an old generation is a conflict', async (t) => {
  const { stacks } = await stackWith(t, '1', '2');
  const { generation } = await stacks.promote('s', '1', 'x');
  await stacks.place('s', { aaaa: '2' }, 'x', generation);
  await fails(t, 'conflict', /generation 2, not at 1/, stacks.place('s', { bbbb: '2' }, 'x', generation));
  t.deepEqual((await stacks.get('s'))?.placements, { aaaa: '2' });
});

test('a version that serves anybody is not retired', async (t) => {
  const { stacks, store } = await stackWith(t, '1', '2', '3', '4');
  await stacks.promote('s', '1', 'x');
  await stacks.place('s', { aaaa: '2', bbbb: '2', cccc: '2', dddd: '2' }, 'x');
  await updateRecord(store, stackKey('s'), stackRecord, (record) =>
    record === undefined ? record : { ...record, inUse: { 'cluster-a': { versions: ['3'], at } } },
  );
  await fails(t, 'conflict', /it is promoted/, stacks.retire('s', '1', 'x'));
  await fails(t, 'conflict', /4 placed on it \(aaaa, bbbb, cccc, …\)/, stacks.retire('s', '2', 'x'));
  await fails(t, 'conflict', /it runs, says cluster-a/, stacks.retire('s', '3', 'x'));
  t.deepEqual((await stacks.retire('s', '4', 'x')).retired, { '4': { at } });
});

test('a holder says what runs: the last word holds, without a new generation', async (t) => {
  const { stacks } = await stackWith(t, '1', '2');
  const { generation } = await stacks.promote('s', '1', 'x');
  await stacks.markInUse('s', 'cluster-a', ['2', '1', '2'], 'ann');
  await stacks.markInUse('s', 'cluster-b', ['1'], 'bob');
  const marked = await stacks.markInUse('s', 'cluster-a', ['2'], 'ann');
  t.deepEqual(marked.inUse, { 'cluster-a': { versions: ['2'], at }, 'cluster-b': { versions: ['1'], at } });
  const gone = await stacks.markInUse('s', 'cluster-a', [], 'ann');
  t.deepEqual(Object.keys(gone.inUse), ['cluster-b']);
  t.deepEqual(
    await stacks.markInUse('s', 'constructor', [], 'ann'),
    gone,
    'who has no mark has none to lose',
  );
  t.is(gone.generation, generation);
  await stacks.place('s', { aaaa: '2' }, 'x', generation);
  t.deepEqual(gone.history.slice(1), [
    { at, by: 'ann', action: 'use', holder: 'cluster-a', versions: ['1', '2'] },
    { at, by: 'bob', action: 'use', holder: 'cluster-b', versions: ['1'] },
    { at, by: 'ann', action: 'use', holder: 'cluster-a', versions: ['2'] },
    { at, by: 'ann', action: 'use', holder: 'cluster-a', versions: [] },
  ]);
});

test('a mark is renewed once a day, and holds for a week', async (t) => {
  const { store } = await stackWith(t, '1', '2');
  const later = (time: number): Stacks => new Stacks(store, () => new Date(Date.parse(at) + time));
  const first = await later(0).markInUse('s', 'cluster', ['1'], 'x');
  t.deepEqual(await later(day - 1).markInUse('s', 'cluster', ['1'], 'x'), first);
  const renewed = await later(day).markInUse('s', 'cluster', ['1'], 'x');
  t.is(renewed.inUse['cluster']?.at, new Date(Date.parse(at) + day).toISOString());
  t.deepEqual(renewed.history, first.history, 'a renewal is no event');
  await fails(t, 'conflict', /it runs, says cluster/, later(8 * day - 1).retire('s', '1', 'x'));
  await later(8 * day).retire('s', '1', 'x');
  const still = await later(8 * day).markInUse('s', 'cluster', ['1'], 'x');
  t.deepEqual(still.inUse['cluster']?.versions, ['1'], 'what is retired may run all the same');
});

test('a retired version gets nobody any more', async (t) => {
  const { stacks } = await stackWith(t, '1', '2');
  await stacks.retire('s', '1', 'x');
  t.is((await stacks.retire('s', '1', 'x')).generation, 1, 'twice is once');
  await fails(t, 'conflict', /Version 1 of stack s is retired/, stacks.promote('s', '1', 'x'));
  await fails(t, 'conflict', /Version 1 of stack s is retired/, stacks.place('s', { aaaa: '1' }, 'x'));
});

test('what is not there is not found', async (t) => {
  const { stacks } = await stackWith(t);
  await fails(t, 'not-found', /No version 1 of stack s/, stacks.promote('s', '1', 'x'));
  await fails(t, 'not-found', /No version 1 of stack s/, stacks.retire('s', '1', 'x'));
  await fails(t, 'not-found', /No stack other/, stacks.place('other', { aaaa: null }, 'x'));
  await fails(t, 'not-found', /No stack other/, stacks.markInUse('other', 'cluster', ['1'], 'x'));
  t.is(await stacks.get('other'), undefined);
  t.is(await stacks.rootfs('s', '1'), undefined);
  t.deepEqual(await stacks.versions('other'), []);
});

test('versions are listed in their order, with what they serve', async (t) => {
  const { stacks } = await stackWith(t, '1.10.0', '1.9.0', '1.2.0');
  await stacks.promote('s', '1.10.0', 'x');
  await stacks.place('s', { aaaa: '1.9.0', bbbb: '1.9.0' }, 'x');
  await stacks.retire('s', '1.2.0', 'x');
  const listed = (await stacks.versions('s')).map(({ record, ...rest }) => ({ ...rest, os: record.os }));
  t.deepEqual(listed, [
    { version: '1.2.0', promoted: false, placed: 0, retired: true, os: 'linux' },
    { version: '1.9.0', promoted: false, placed: 2, retired: false, os: 'linux' },
    { version: '1.10.0', promoted: true, placed: 0, retired: false, os: 'linux' },
  ]);
});

test('stacks are listed by name', async (t) => {
  const { stacks, store } = await stackWith(t);
  await createRecord(store, stackKey('a'), stackRecord, newStack('a'));
  t.deepEqual(
    (await stacks.list()).map((record) => record.stack),
    ['a', 's'],
  );
});

test('names that every object has mean nothing until somebody gives them a meaning', async (t) => {
  const { stacks } = await stackWith(t, 'constructor', 'toString');
  await stacks.promote('s', 'constructor', 'x');
  const { placements } = await stacks.place('s', { constructor: 'constructor', valueof: 'toString' }, 'x');
  t.deepEqual(placements, { constructor: 'constructor', valueof: 'toString' });
  t.deepEqual((await stacks.place('s', { constructor: null }, 'x')).placements, { valueof: 'toString' });
});

test('changes at one time are all made', async (t) => {
  const { stacks } = await stackWith(t, '1');
  const guids = Array.from({ length: 12 }, (_, i) => `guid-${i}`);
  await Promise.all(guids.map((guid) => stacks.place('s', { [guid]: '1' }, 'x')));
  const record = await stacks.get('s');
  t.deepEqual(Object.keys(record?.placements ?? {}).toSorted(), guids.toSorted());
  t.is(record?.generation, 12);
});

test('the history keeps the last hundred', async (t) => {
  const { stacks } = await stackWith(t, '1', '2');
  for (let i = 0; i < 60; i++) {
    await stacks.promote('s', '1', `by-${i}`);
    await stacks.promote('s', '2', `by-${i}`);
  }
  const history = (await stacks.get('s'))?.history ?? [];
  t.is(history.length, 100);
  t.is(history[0]?.by, 'by-10');
  t.is(history[99]?.version, '2');
});
