import test from 'ava';
import fc from 'fast-check';
import { loadConfig } from '../../src/config/load.ts';
import { partOf } from '../../src/processes/part-of.ts';

test('the parts of all processes are no more than the whole, but none is empty', (t) => {
  const count = fc.integer({ min: 1, max: 100_000 });
  const bounds = fc.record({ connections: count, downloads: count, uploads: count });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), bounds, count, (processes, limits, maxBytes) => {
      const cache = { directory: '/cache', maxBytes };
      const whole = loadConfig({ processes, limits, cache, data: '/data' }, {});
      const parts = Array.from({ length: processes }, (_, at) => partOf(whole, at + 1));
      const sizes: [number, number[]][] = [
        [limits.connections, parts.map((part) => part.limits.connections)],
        [limits.downloads, parts.map((part) => part.limits.downloads)],
        [limits.uploads, parts.map((part) => part.limits.uploads)],
        [maxBytes, parts.map((part) => part.cache?.maxBytes ?? 0)],
      ];
      for (const [total, each] of sizes) {
        const sum = each.reduce((a, b) => a + b);
        if (sum > Math.max(total, processes) || each.some((size) => size < 1)) return false;
      }
      return new Set(parts.map((part) => part.cache?.directory)).size === processes;
    }),
  );
  t.pass();
});

test('what one pool bounds for all stays whole', (t) => {
  const whole = loadConfig({ processes: 4, data: '/data', limits: { conversions: 3 } }, {});
  t.like(partOf(whole, 2).limits, {
    conversions: 3,
    queuedConversions: 10_000,
    droplet: whole.limits.droplet,
  });
  t.is(partOf(whole, 2).processes, 4);
});
