import { Gauge, type Registry } from 'prom-client';
import { readCounter } from '../metrics/read-counter.ts';
import type { CachedStore } from '../store/cached.ts';

type Watched = Pick<CachedStore, 'counters' | 'bytes'>;

/**
 * Tells what a cache of layers does. It counts by itself, and is read at each scrape.
 * @param maxBytes what it may take
 */
export function watchCache(registry: Registry, cache: Watched, maxBytes: number): void {
  for (const [name, help, read] of counted) {
    readCounter(registry, { name: `cache_${name}`, help, read: () => read(cache.counters) });
  }
  const sizes = [
    ['bytes', 'Bytes that the cache takes on its disk, or has reserved', () => cache.bytes],
    ['max_bytes', 'Bytes that the cache may take', () => maxBytes],
  ] as const;
  for (const [name, help, read] of sizes) {
    registry.registerMetric(
      new Gauge({
        name: `dropstack_cache_${name}`,
        help,
        registers: [],
        collect() {
          this.set(read());
        },
      }),
    );
  }
}

const counted: readonly [name: string, help: string, read: (of: Watched['counters']) => number][] = [
  ['hits', 'Reads of layers that a copy answered', (of) => of.hits],
  ['misses', 'Reads of layers that asked the store', (of) => of.misses],
  ['read_bytes', 'Bytes that readers got from copies', (of) => of.bytesFromCache],
  ['filled_bytes', 'Bytes of layers that came from the store', (of) => of.bytesFromRemote],
  ['evictions', 'Copies removed to make room', (of) => of.evictions],
  ['corruptions', 'Copies found damaged, and dropped', (of) => of.corruptions],
  [
    'degraded',
    'Copies not made, or given up, for want of room or because the disk failed',
    (of) => of.degraded,
  ],
];
