import test from 'ava';
import { combined, countersOf, noCounters } from '../../../../bench/load/foundation/counters.ts';

const text = `# HELP dropstack_conversions_total Conversions
# TYPE dropstack_conversions_total counter
dropstack_conversions_total{outcome="converted"} 40
dropstack_conversions_total{outcome="found"} 7
dropstack_conversions_total{outcome="refused"} 2
dropstack_conversions_total{outcome="failed"} 1
# TYPE dropstack_source_read_bytes_total counter
dropstack_source_read_bytes_total 1000
# TYPE dropstack_store_read_bytes_total counter
dropstack_store_read_bytes_total 2000
# TYPE dropstack_store_written_bytes_total counter
dropstack_store_written_bytes_total 3e3
# TYPE dropstack_store_requests_total counter
dropstack_store_requests_total{operation="get"} 5
dropstack_store_requests_total{operation="put"} 6
`;
const cache = `# TYPE dropstack_cache_read_bytes_total counter
dropstack_cache_read_bytes_total 4000
`;
const counters = {
  conversions: 43,
  moved: { fromSource: 1000, fromStore: 2000, toStore: 3000, fromCache: 4000 },
  storeRequests: { get: 5, put: 6 },
};

test('conversions are those that were tried here, and requests are told by operation', (t) => {
  t.deepEqual(countersOf(text + cache), counters);
});

test('without a cache nothing comes from it', (t) => {
  t.deepEqual(countersOf(text), { ...counters, moved: { ...counters.moved, fromCache: 0 } });
});

test('a counter that is not told is no zero', (t) => {
  for (const [, name] of text.matchAll(/# TYPE (\S+) counter/g)) {
    const without = text.replaceAll(new RegExp(`^.*${name}.*\n`, 'gm'), '');
    t.throws(() => countersOf(without), { message: `The facade does not tell ${name}` });
  }
});

test('counters add up, and grow', (t) => {
  const twice = combined(counters, counters, (a, b) => a + b);
  t.like(twice, { conversions: 86, moved: { toStore: 6000 }, storeRequests: { get: 10, put: 12 } });
  t.deepEqual(
    combined(twice, counters, (late, early) => late - early),
    counters,
  );
  t.deepEqual(
    combined(noCounters, counters, (a, b) => a + b),
    counters,
  );
});
