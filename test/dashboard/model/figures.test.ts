import test from 'ava';
import type { State } from '../../../src/api/events.ts';
import { figuresOf } from '../../../src/dashboard/model/figures.ts';
import { extend, historyLength, noHistory } from '../../../src/dashboard/model/history.ts';

const quiet: State = {
  at: '2026-11-21T06:53:54.000Z',
  seconds: 10,
  requests: {},
  manifests: {},
  blobs: {},
  cache: { hits: 0, misses: 0 },
  conversions: { running: 0, waiting: {}, ended: {} },
  stores: { own: { requests: 0, failures: 0 }, source: { requests: 0, failures: 0 } },
  sent: 0,
};

const busy: State = {
  ...quiet,
  requests: {
    manifests: { count: 900, p50: 0.5, p99: 4, failed: 2, cut: 1 },
    events: { count: 1, failed: 0, cut: 1 },
  },
  manifests: {
    memory: { count: 800, p50: 0.5, p99: 2.4 },
    disk: { count: 80, p50: 3, p99: 9 },
    store: { count: 0 },
    converted: { count: 20, p50: 310, p99: 980 },
  },
  cache: { hits: 90, misses: 10 },
  conversions: { running: 3, waiting: { pull: 1, warm: 40 }, ended: { converted: 12, refused: 1 } },
  sent: 5000,
};

test('cold is what was converted, and warm all the rest', (t) => {
  const { cold, warm } = figuresOf(busy);
  t.deepEqual(cold, { count: 20, p50: 310, p99: 980 });
  t.deepEqual(warm, { count: 880, p50: 0.5, p99: 9 });
});

test('rates are per second, and who listens is no request', (t) => {
  t.like(figuresOf(busy), {
    requests: 90,
    failed: 3,
    hitShare: 0.9,
    running: 3,
    waiting: 41,
    converted: 12,
    sent: 500,
  });
});

test('where nothing happened nothing was measured', (t) => {
  t.like(figuresOf(quiet), { cold: { count: 0 }, warm: { count: 0 }, hitShare: undefined, requests: 0 });
});

const second = (index: number): State => ({
  ...quiet,
  at: new Date(1_800_000_000_000 + index * 1000).toISOString(),
});

test('a history has its bounds, in all its columns', (t) => {
  let history = noHistory;
  for (let index = 0; index < historyLength + 50; index++) history = extend(history, second(index));
  t.is(history.times.length, historyLength);
  t.is(history.times.at(-1), 1_800_000_000 + historyLength + 49);
  for (const column of Object.values(history.lines)) t.is(column.length, historyLength);
});

test('a line breaks where nothing was heard, and goes on', (t) => {
  const history = [0, 1, 60].reduce((before, index) => extend(before, second(index)), noHistory);
  t.deepEqual(history.lines.running, [0, 0, null, 0]);
  t.deepEqual(
    history.times,
    history.times.toSorted((a, b) => a - b),
  );
});

test('what comes late, or twice, is left out', (t) => {
  const history = [0, 5, 5, 3].reduce((before, index) => extend(before, second(index)), noHistory);
  t.is(history.times.length, 2);
});
