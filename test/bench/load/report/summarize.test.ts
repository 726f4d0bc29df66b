import test from 'ava';
import fc from 'fast-check';
import { build, type Histogram } from 'hdr-histogram-js';
import { kinds, type Observed } from '../../../../bench/load/fleet/observed.ts';
import { scenarioReport } from '../../../../bench/load/report/report.ts';
import { summarize } from '../../../../bench/load/report/summarize.ts';

function histogramOf(microseconds: readonly number[]): Histogram {
  const histogram = build({ highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3 });
  for (const value of microseconds) histogram.recordValue(value);
  return histogram;
}

function observedOf(microseconds: readonly number[]): Observed {
  const count = microseconds.length;
  const kind = (index: number) => ({
    requests: count,
    errors: index === 0 ? { 503: 2 } : {},
    bytes: 10 ** index,
    firstByte: histogramOf(microseconds),
    total: histogramOf(microseconds.map((value) => value * 2)),
  });
  return {
    seconds: 12.5,
    pulls: { wanted: count + 1, done: count, failed: 1, reasons: { 'gave up': 1 } },
    pull: histogramOf(microseconds.map((value) => value * 3)),
    kinds: { 'manifest-head': kind(0), 'manifest-get': kind(1), config: kind(2), layer: kind(3) },
    challenges: 1,
    retries: 2,
    backoffs: 3,
    resumed: 4,
    corrupt: 5,
    connections: 6,
    timeline: [{ requests: 7, errors: 2, bytes: 8, pulls: 9, p99Ms: 10 }],
    cpuSeconds: 11,
  };
}

const scenario = {
  name: 'cold',
  what: 'All at once.',
  notes: ['Small files.'],
  conversions: 40,
  server: { cpuSeconds: 1, peakMemory: 2, copied: 3, loopDelay: { p50: 4, p99: 5, max: 6 } },
  bytes: { fromSource: 1, fromStore: 2, toStore: 3, fromCache: 4, toClients: 99 },
};

test('histograms of microseconds become percentiles in milliseconds', (t) => {
  const told = summarize(
    observedOf(Array.from({ length: 1000 }, (_, index) => (index + 1) * 1000)),
    scenario,
  );
  t.deepEqual(scenarioReport.parse(told), told);
  const { firstByte, total, ...layer } = told.kinds.layer;
  t.deepEqual(layer, { requests: 1000, errors: {}, bytes: 1000 });
  t.is(firstByte.count, 1000);
  const near = (value: number, expected: number) =>
    t.true(Math.abs(value / expected - 1) < 0.002, `${value}`);
  near(firstByte.p50, 500);
  near(firstByte.p90, 900);
  near(firstByte.p99, 990);
  near(firstByte.p999, 999);
  near(firstByte.max, 1000);
  near(firstByte.mean, 500.5);
  near(total.p50, 1000);
  near(told.pulls.latency.p50, 1500);
});

test('clients and server each tell what they saw', (t) => {
  const told = summarize(observedOf([1000]), scenario);
  t.deepEqual(told.bytes, { fromSource: 1, fromStore: 2, toStore: 3, fromCache: 4, toClients: 1111 });
  t.deepEqual(told.kinds['manifest-head'].errors, { 503: 2 });
  const { wanted, done, failed, reasons } = told.pulls;
  t.deepEqual(
    { wanted, done, failed, reasons },
    { wanted: 2, done: 1, failed: 1, reasons: { 'gave up': 1 } },
  );
  const { challenges, retries, backoffs, resumed, corrupt, connections, conversions } = told;
  t.deepEqual(
    [challenges, retries, backoffs, resumed, corrupt, connections, conversions],
    [1, 2, 3, 4, 5, 6, 40],
  );
  t.deepEqual(told.server, scenario.server);
  t.deepEqual(told.clients, { cpuSeconds: 11 });
});

test('percentiles of anything are in order, and of nothing they are zero', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1_000_000_000 }), { maxLength: 50 }), (values) => {
      const told = scenarioReport.parse(summarize(observedOf(values), scenario));
      for (const kind of kinds) {
        const { count, p50, p90, p99, p999, max } = told.kinds[kind].firstByte;
        const ladder = [0, p50, p90, p99, p999, max];
        t.is(count, values.length);
        t.deepEqual(
          ladder,
          ladder.toSorted((a, b) => a - b),
        );
        t.is(max, Math.max(0, ...values) / 1000);
      }
    }),
    { numRuns: 30 },
  );
});
