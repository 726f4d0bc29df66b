import test from 'ava';
import { exitCodeOf } from '../../../src/cli/rollout/exit-code.ts';
import { isPending } from '../../../src/rollout/drive/is-pending.ts';
import { patchOf } from '../../../src/rollout/drive/order.ts';
import { orders } from '../../../src/rollout/drive/orders.ts';
import { orderFor, type RollOrder } from '../../../src/rollout/drive/roll-order.ts';
import { startOrder, type Wish } from '../../../src/rollout/drive/start-order.ts';
import type { StackResource } from '../../../src/rollout/stack/resource.ts';
import { stackSpec } from '../../../src/rollout/stack/spec.ts';
import type { Roll, StackStatus } from '../../../src/rollout/stack/status.ts';
import { roll } from '../../cli/rollout-stack.ts';

const ended: Roll = { ...roll, endedAt: '2026-01-01T01:00:00.000Z' };
const source = { reference: 'registry.test/rootfs:2.0' };
const known: Wish = { version: '3.0', source: undefined, isKnown: true, retry: false };

type Wishes = {
  version?: string;
  annotations?: Record<string, string>;
  paused?: boolean;
  generation?: number;
};

/** A `Stack` that asks for 2.0, with the source of that, and the patcher's status of it. */
function stack(status: Partial<StackStatus> | undefined, wishes: Wishes = {}): StackResource {
  const { version = '2.0', annotations = {}, paused = false, generation = 1 } = wishes;
  return {
    metadata: { name: 'cflinuxfs4', uid: 'u', generation, resourceVersion: '7', annotations },
    spec: stackSpec.parse({ rootfs: { version, source }, registries: ['registry.test'], paused }),
    status: status && {
      phase: 'Idle',
      message: '',
      observedGeneration: 1,
      history: [],
      conditions: [],
      ...status,
    },
  };
}

test('a start asks for the version alone: the source beside it was that of another', (t) => {
  const order = startOrder(stack({ phase: 'Completed', roll: ended }), known);
  t.deepEqual(order.spec, { rootfs: { version: '3.0' } });
  t.deepEqual(order.annotations, {});
  const wish = { ...known, isKnown: false, source: { reference: 'registry.test/rootfs:3.0' } };
  t.deepEqual(startOrder(stack({}), wish).spec.rootfs, { version: '3.0', source: wish.source });
  t.throws(() => startOrder(stack({}), { ...known, isKnown: false }), { message: /--import/ });
});

test('a start says what becomes of the roll before', (t) => {
  t.regex(startOrder(stack({ phase: 'Rolling', roll }), known).said, /in place of roll .* to 2\.0$/);
  const back = startOrder(stack({ phase: 'Rolling', roll }), { ...known, version: '1.0' });
  t.regex(back.said, /is taken back/);
  t.regex(startOrder(stack({}, { paused: true }), known).said, /^A roll to 3\.0 begins, once .* paused$/);
});

test('the same version begins anew where it did not get there, or where that is said', (t) => {
  const again: Wish = { ...known, version: '2.0' };
  const retry = { 'dropstack.dev/retry': roll.id };
  t.deepEqual(startOrder(stack({ phase: 'Aborted', roll: ended }), again).annotations, retry);
  const undone: Roll = { ...ended, kind: 'undo', to: '1.0', undoes: 'x' };
  t.deepEqual(startOrder(stack({ phase: 'RolledBack', roll: undone }), again).annotations, retry);
  const completed = stack({ phase: 'Completed', roll: ended });
  t.throws(() => startOrder(completed, again), { message: /--retry/ });
  t.deepEqual(startOrder(completed, { ...again, retry: true }), {
    said: 'Another roll to 2.0 begins',
    spec: {},
    annotations: retry,
  });
  t.throws(() => startOrder(stack({ phase: 'Rolling', roll }), { ...again, retry: true }), {
    message: /is under way/,
  });
  t.throws(() => startOrder(stack({}), again), { message: /asks for 2\.0 already/ });
  const missing = startOrder(stack({ phase: 'Aborted', roll: ended }), { ...again, isKnown: false });
  t.deepEqual(missing.spec, {}, 'the spec says where it comes from');
});

test('an undo goes on where a roll was paused, and takes back no undo', (t) => {
  const { spec } = orders.undo(stack({ phase: 'Paused', roll }, { paused: true }));
  t.deepEqual(spec, { rootfs: { version: '1.0' }, paused: false });
  t.throws(() => orders.undo(stack({ roll: { ...ended, kind: 'undo' } })), { message: /was an undo itself/ });
  const { from, ...first } = ended;
  t.throws(() => orders.undo(stack({ roll: first })), { message: /nothing was promoted/ }, from);
});

test('a wave that is not through is approved only by its name', (t) => {
  const [canary = { name: '', counts: roll.counts }] = roll.waves;
  const { settledAt, ...moving } = canary;
  const early = stack({ phase: 'Rolling', roll: { ...roll, waves: [moving, ...roll.waves.slice(1)] } });
  t.throws(() => orders.approve(early), { message: /--wave canary/ }, settledAt);
  t.deepEqual(orders.approve(early, 'canary').annotations, { 'dropstack.dev/approve': `${roll.id}/0` });
  const approved = { ...canary, approvedAt: '2026-01-01T00:20:00.000Z', approvedBy: 'alice' };
  t.throws(() => orders.approve(stack({ roll: { ...roll, waves: [approved] } })), { message: /by alice/ });
});

test('a patch holds only for the Stack that was read, and leaves no source of another version', (t) => {
  const order = { said: '', spec: { rootfs: { version: '3.0' }, paused: true }, annotations: { a: 'b' } };
  const metadata = { uid: 'u', resourceVersion: '7', annotations: { a: 'b' } };
  const rootfs = { version: '3.0', source: null };
  t.deepEqual(patchOf(stack({}), order), { metadata, spec: { rootfs, paused: true } });
  t.deepEqual(patchOf(stack({}), { ...order, spec: { rootfs: { version: '3.0', source } } }), {
    metadata,
    spec: { rootfs: { version: '3.0', source: { sha256: null, ...source } } },
  });
});

test('an exit code tells how it stands, and nothing has ended that the patcher is yet to begin', (t) => {
  const code = (status: Partial<StackStatus>, wishes?: Wishes): number => exitCodeOf(stack(status, wishes));
  const failed = { ...ended, counts: { ...ended.counts, failed: 1 } };
  t.is(code({ phase: 'Idle' }), 0);
  t.is(code({ phase: 'Completed', roll: ended }), 0);
  t.is(code({ phase: 'Completed', roll: failed }), 5);
  for (const phase of ['Rolling', 'Waiting', 'RollingBack'] as const) t.is(code({ phase, roll }), 3);
  for (const phase of ['AwaitingApproval', 'Paused', 'Halted'] as const) t.is(code({ phase, roll }), 4);
  t.is(code({ phase: 'Aborted', roll: ended }), 5);
  t.is(code({ phase: 'RolledBack', roll: ended }), 3, 'the way back is about to begin');
  t.is(code({ phase: 'RolledBack', roll: { ...ended, kind: 'undo' } }), 5);

  const completed = { phase: 'Completed', roll: ended } as const;
  t.is(code(completed, { generation: 2 }), 3, 'the spec was not seen yet');
  t.is(code(completed, { version: '3.0' }), 3, 'its version is being imported');
  t.is(code(completed, { annotations: { 'dropstack.dev/retry': roll.id } }), 3);
  t.is(code(completed, { annotations: { 'dropstack.dev/abort': roll.id } }), 0);
  t.true(isPending(stack({ phase: 'Halted', roll }, { annotations: { 'dropstack.dev/abort': roll.id } })));
  t.true(isPending(stack(undefined)));
});

test('an order that means another roll is none of this one', (t) => {
  const told: RollOrder[] = [
    { order: 'pause' },
    { order: 'abort' },
    { order: 'undo' },
    { order: 'approve', wave: 'canary' },
    { order: 'start', version: '3.0' },
  ];
  for (const order of told) {
    const rolling = stack({ phase: 'Rolling', roll });
    t.notThrows(() => orderFor(rolling, { ...order, roll: roll.id }, true), order.order);
    const expected = { code: 'conflict', message: /Roll another .* is meant, but / };
    t.throws(() => orderFor(rolling, { ...order, roll: 'another' }, true), expected);
    t.throws(() => orderFor(stack({}), { ...order, roll: 'another' }, true), expected);
  }
});

test('an approval names its wave', (t) => {
  const waves = roll.waves.map((wave, index) =>
    index === 0 ? { ...wave, settledAt: '2026-01-01T00:10:00.000Z' } : wave,
  );
  const waiting = stack({ phase: 'AwaitingApproval', roll: { ...roll, waves } });
  t.is(orders.approve(waiting).wave, 'canary');
});
