import test from 'ava';
import fc from 'fast-check';
import { Counter, Histogram, Registry } from 'prom-client';
import { readSamples } from '../../../src/http/events/samples.ts';
import { quantileOf } from '../../../src/http/events/quantile-of.ts';
import { stateOf } from '../../../src/http/events/state-of.ts';

test('what prom-client prints is read as it was counted, whatever the labels hold', async (t) => {
  const label = fc.string({ unit: 'binary' }).filter((text) => !/[\r\u2028\u2029]/.test(text));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(label, fc.integer({ min: 1, max: 1e9 })), { selector: ([a]) => a }),
      async (counts) => {
        const registry = new Registry();
        const counter = new Counter({
          name: 'dropstack_some_total',
          help: 'a\nb {c="d"} 7',
          labelNames: ['of', 'also'],
          registers: [registry],
        });
        for (const [of, count] of counts) counter.inc({ of, also: 'x' }, count);
        const found = readSamples(await registry.metrics()).get('dropstack_some_total') ?? [];
        t.deepEqual(
          found.map(({ value }) => value),
          counts.map(([, count]) => count),
        );
        t.true(found.every(({ labels }) => labels['also'] === 'x'));
      },
    ),
    { numRuns: 50 },
  );
  t.is(readSamples('go_threads 7\n# HELP dropstack_x 8\n').size, 0);
});

test('a quantile lies between the values beside it, and rises with its part', (t) => {
  t.is(quantileOf(0.5, []), undefined);
  t.is(quantileOf(0.5, [{ upTo: 1, count: 0 }]), undefined);
  t.is(
    quantileOf(0.5, [
      { upTo: 1, count: 4 },
      { upTo: 3, count: 8 },
      { upTo: Infinity, count: 8 },
    ]),
    1,
  );
  t.is(
    quantileOf(0.75, [
      { upTo: 1, count: 4 },
      { upTo: 3, count: 8 },
      { upTo: Infinity, count: 8 },
    ]),
    2,
  );
  t.is(
    quantileOf(0.99, [
      { upTo: 1, count: 4 },
      { upTo: Infinity, count: 8 },
    ]),
    1,
  );
  const bounds = [1, 5, 20, 100];
  const values = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 });
  fc.assert(
    fc.property(
      values,
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (all, a, b) => {
        const buckets = [...bounds, Infinity].map((upTo) => ({
          upTo,
          count: all.filter((value) => value <= upTo).length,
        }));
        const [low = NaN, high = NaN] = [
          quantileOf(Math.min(a, b), buckets),
          quantileOf(Math.max(a, b), buckets),
        ];
        t.true(low <= high);
        const exact = all.toSorted((x, y) => x - y)[Math.ceil(Math.max(a, b) * all.length - 1e-9) - 1] ?? NaN;
        const bucket = bounds.findIndex((upTo) => exact <= upTo);
        t.true(high <= (bounds[bucket] ?? Infinity) && high >= (bounds[bucket - 1] ?? 0));
      },
    ),
  );
});

test('figures are of what came between two moments', async (t) => {
  const registry = new Registry();
  const requests = new Histogram({
    name: 'dropstack_http_request_duration_seconds',
    help: 'x',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.01, 0.1, 1],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'dropstack_store_failures_total',
    help: 'x',
    labelNames: ['operation'],
    registers: [registry],
  });
  const asked = (route: string, status: string, seconds: number): void =>
    requests.observe({ route, method: 'GET', status }, seconds);
  asked('blobs', '200', 0.5);
  asked('manifests', '200', 0.5);
  failures.inc({ operation: 'get' }, 7);
  const before = readSamples(await registry.metrics());
  for (let i = 0; i < 98; i++) asked('manifests', '200', 0.05);
  asked('manifests', '503', 0.5);
  asked('manifests', '0', 0.5);
  failures.inc({ operation: 'put' }, 2);
  const state = stateOf(before, readSamples(await registry.metrics()), 9.04);
  t.is(state.seconds, 9);
  t.like(state.requests['manifests'], { count: 100, failed: 1, cut: 1 });
  t.true((state.requests['manifests']?.p50 ?? 0) > 10 && (state.requests['manifests']?.p50 ?? 0) < 100);
  t.true((state.requests['manifests']?.p99 ?? 0) > 100);
  t.deepEqual(state.requests['blobs'], { count: 0, failed: 0, cut: 0 });
  t.deepEqual(state.stores.own, { requests: 0, failures: 2 });
  t.deepEqual(state.cache, { hits: 0, misses: 0 });
});
