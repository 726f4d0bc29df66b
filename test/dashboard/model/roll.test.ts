import test from 'ava';
import fc from 'fast-check';
import type { StatusReport } from '../../../src/rollout/drive/status-report.ts';
import { pageOf } from '../../../src/dashboard/model/pages.ts';
import { ordersFor, stageOf, waveParts } from '../../../src/dashboard/model/roll.ts';
import { phases } from '../../../src/rollout/stack/status.ts';

const counts = { apps: 10, waiting: 2, moving: 3, done: 4, failed: 1, skipped: 0 };
const roll = {
  id: 'r-1',
  kind: 'roll',
  to: '2',
  asked: '2',
  startedAt: '',
  waves: [],
  counts,
  failures: [],
  acknowledged: 0,
} as const;

function report(phase: StatusReport['phase'], more: object = {}): StatusReport {
  return {
    stack: 'fs',
    version: '2',
    phase,
    message: '',
    pending: false,
    roll: { ...roll, waves: [], failures: [], ...more },
  };
}

test('orders fit the phase', (t) => {
  t.deepEqual(ordersFor(report('Rolling')), ['pause', 'abort', 'undo']);
  t.deepEqual(ordersFor(report('AwaitingApproval')), ['approve', 'pause', 'abort', 'undo']);
  t.deepEqual(ordersFor(report('Halted')), ['resume', 'abort', 'undo']);
  t.deepEqual(ordersFor(report('RollingBack', { kind: 'undo' })), ['pause', 'abort']);
  t.deepEqual(ordersFor(report('Completed', { endedAt: 'x' })), ['undo']);
  t.deepEqual(ordersFor(report('Completed', { endedAt: 'x', kind: 'undo' })), []);
  const { roll: _, ...none } = report('Idle');
  t.deepEqual(ordersFor(none), []);
});

test('a roll that is over is neither paused nor approved', (t) => {
  for (const phase of phases)
    t.true(
      ordersFor(report(phase, { endedAt: 'x' })).every((order) => order === 'undo'),
      phase,
    );
});

test('the parts of a wave are all of it', (t) => {
  t.is(
    waveParts({ counts }).reduce((sum, { share }) => sum + share, 0),
    1,
  );
  t.true(
    waveParts({ counts: { ...counts, waiting: 0, moving: 0, done: 0, failed: 0 } }).every(
      ({ share }) => share === 0,
    ),
  );
});

test('a wave says how far it is', (t) => {
  const wave = { name: 'canary', counts };
  t.is(stageOf(wave), 'not begun');
  t.is(stageOf({ ...wave, startedAt: 'x' }), 'moving 3 apps');
  t.is(stageOf({ ...wave, startedAt: 'x', settledAt: 'x', approval: true }), 'awaits approval');
  t.is(stageOf({ ...wave, startedAt: 'x', settledAt: 'x' }), 'through');
  t.is(stageOf({ ...wave, finishedAt: 'x', approvedAt: 'x', approvedBy: 'ann' }), 'over, approved by ann');
});

test('pages hold all, once each, whatever page is asked for', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), fc.integer(), (all, length, any) => {
      const { pages, page } = pageOf(all, any, length);
      t.true(page >= 0 && page < pages);
      t.deepEqual(Array.from({ length: pages }, (_, at) => pageOf(all, at, length).shown).flat(), all);
    }),
  );
});
