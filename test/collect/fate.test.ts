import test from 'ava';
import { dropletFate, versionFate, type DropletFacts } from '../../src/collect/fate.ts';
import { dueObjects, nextLedger, type Ledger } from '../../src/collect/ledger.ts';
import { newStack } from '../../src/rootfs/stack-record.ts';
import { day, hour } from '../../src/store/lifetime.ts';

const now = Date.parse('2026-11-21T12:00:00Z');
const ago = (time: number): string => new Date(now - time).toISOString();
const times = { now, grace: 7 * day };

const droplets: [string, Partial<DropletFacts>, string][] = [
  ['a source has it', { present: true }, 'live'],
  ['a source has it again', { present: true, sighting: { first: ago(day) } }, 'returned'],
  ['missed for the first time', {}, 'missed first'],
  ['missed less than a day ago', { sighting: { first: ago(23 * hour) } }, 'waiting absent'],
  ['missed a day ago', { sighting: { first: ago(day) } }, 'missed second'],
  [
    'missed twice, in its grace',
    { sighting: { first: ago(8 * day), second: ago(6.9 * day) } },
    'waiting absent',
  ],
  [
    'missed twice, after its grace',
    { sighting: { first: ago(9 * day), second: ago(7 * day) } },
    'over absent',
  ],
  ['deleted, in its grace', { tombstone: { at: ago(6.9 * day) } }, 'waiting deleted'],
  ['deleted, after its grace', { tombstone: { at: ago(7 * day) } }, 'over deleted'],
  ['deleted, and still in a source', { present: true, tombstone: { at: ago(7 * day) } }, 'over deleted'],
  ['deleted, and collected', { tombstone: { at: ago(8 * day), collected: ago(hour) } }, 'over deleted'],
  [
    'buried as absent, and collected',
    { tombstone: { at: ago(8 * day), absent: true, collected: ago(2 * hour) } },
    'over absent',
  ],
  [
    'buried as absent, and back soon',
    { present: true, tombstone: { at: ago(8 * day), absent: true, collected: ago(hour / 2) } },
    'waiting absent',
  ],
  [
    'buried as absent, and back',
    { present: true, tombstone: { at: ago(8 * day), absent: true, collected: ago(2 * hour) } },
    'returned',
  ],
  ['deleted at a time that cannot be read', { tombstone: { at: 'yesterday' } }, 'waiting deleted'],
];

for (const [what, facts, expected] of droplets) {
  test(`a droplet ${what}: ${expected}`, (t) => {
    const fate = dropletFate({ present: false, tombstone: undefined, sighting: undefined, ...facts }, times);
    const more = 'why' in fate ? fate.why : 'time' in fate ? fate.time : '';
    t.is(`${fate.is} ${more}`.trim(), expected);
  });
}

test('a version goes after its grace, unless something says that it is used', (t) => {
  const retired = { ...newStack('s'), retired: { '1': { at: ago(7 * day) }, '2': { at: ago(6 * day) } } };
  t.is(versionFate(retired, '1', times).is, 'over');
  t.is(versionFate(retired, '2', times).is, 'waiting');
  t.is(versionFate(retired, '3', times).is, 'live');
  t.is(versionFate({ ...retired, promoted: '1' }, '1', times).is, 'live');
  t.is(versionFate({ ...retired, placements: { a: '1' } }, '1', times).is, 'live');
  const marked = (at: string) =>
    versionFate({ ...retired, inUse: { p: { versions: ['1'], at } } }, '1', times);
  t.is(marked(ago(7 * day - 1)).is, 'live');
  t.is(marked(ago(7 * day)).is, 'over', 'who marked it has long been silent');
  t.is(marked('yesterday').is, 'live');
  t.is(versionFate(newStack('s'), 'constructor', times).is, 'live');
});

test('an object goes a day after it was first seen without a name, in one go', (t) => {
  const first = nextLedger(undefined, new Set(['a', 'b']), now);
  t.deepEqual(dueObjects(first, new Set(['a', 'b']), now + day - 1), []);
  const second = nextLedger(first, new Set(['b', 'c']), now + hour);
  t.deepEqual(dueObjects(second, new Set(['b', 'c']), now + day), ['b']);
  const third = nextLedger(second, new Set(['a', 'b']), now + 2 * hour);
  t.deepEqual(dueObjects(third, new Set(['a', 'b']), now + day + hour), ['b'], 'a was named meanwhile');
  t.deepEqual(dueObjects(third, new Set(['c']), now + 9 * day), [], 'b is named now');
  const unreadable: Ledger = { format: 1, unnamed: { 'a while ago': ['a'] } };
  t.deepEqual(dueObjects(unreadable, new Set(['a']), now), []);
});
