import test from 'ava';
import { Failure } from '../../../src/errors.ts';
import { newStack, type StackRecord } from '../../../src/rootfs/stack-record.ts';
import { placeApps } from '../../../src/rollout/control/place-apps.ts';

const seen: StackRecord = { ...newStack('any'), promoted: '1', placements: { ours: '1' }, generation: 7 };

/** A facade whose record others change once, or always, before ours is written. */
function facadeOf(change: (record: StackRecord) => StackRecord, times: number) {
  const facade = { record: seen, written: 0 };
  return {
    facade,
    stack: () => Promise.resolve(facade.record),
    place: async (_: string, place: Readonly<Record<string, string | null>>, generation?: number) => {
      if (times-- > 0) {
        const { generation: last } = facade.record;
        facade.record = { ...change(facade.record), generation: last + 1 };
      }
      if (generation !== facade.record.generation) throw new Failure('conflict', 'it was changed meanwhile');
      facade.written++;
      const placements = { ...facade.record.placements, ...place } as Record<string, string>;
      return Promise.resolve((facade.record = { ...facade.record, placements, generation: generation + 1 }));
    },
  };
}

test('what others place at the same time stays, and so does ours', async (t) => {
  const others = facadeOf((record) => ({ ...record, placements: { ...record.placements, theirs: '3' } }), 4);
  const { placements, generation } = await placeApps(others, { ours: '2' }, seen);
  t.deepEqual(placements, { ours: '2', theirs: '3' });
  t.is(generation, 12);
});

for (const [name, change] of [
  ['promotes', (record) => ({ ...record, promoted: '3' })],
  ['places ours', (record) => ({ ...record, placements: { ours: '3' } })],
  ['takes the placement of ours away', (record) => ({ ...record, placements: {} })],
] satisfies [string, (record: StackRecord) => StackRecord][]) {
  test(`who decided is to decide anew where somebody ${name}`, async (t) => {
    const others = facadeOf(change, 1);
    await t.throwsAsync(placeApps(others, { ours: '2' }, seen), { code: 'conflict' });
    t.is(others.facade.written, 0);
  });
}

test('it is not tried for ever', async (t) => {
  const others = facadeOf((record) => record, 1000);
  await t.throwsAsync(placeApps(others, { ours: '2' }, seen), { code: 'conflict' });
});
