import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import test from 'ava';
import fc from 'fast-check';
import type { CachedStore } from '../../src/store/cached.ts';
import { until } from '../crash/processes.ts';
import { bytesOnDisk, descriptors, filesOf, opened, putObject, setUp } from './cached-setup.ts';

const page = 4096;
const maxBytes = 400 * page;
/** Bytes of the objects, the largest of which does not fit. */
const sizes = [
  0,
  1,
  page,
  10 * page,
  50 * page,
  64 * page,
  65 * page,
  100 * page,
  130 * page,
  390 * page,
  400 * page,
];

/** What a client does: reads a range, all of it or only its beginning, at its own pace; or an operator removes. */
const step = fc.record({
  object: fc.nat(sizes.length - 1),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant('read' as const) },
    { weight: 3, arbitrary: fc.constant('leave' as const) },
    { weight: 2, arbitrary: fc.constant('linger' as const) },
    { weight: 1, arbitrary: fc.constant('stat' as const) },
    { weight: 1, arbitrary: fc.constant('forget' as const) },
  ),
  start: fc.oneof(fc.constant(0), fc.nat(1_600_000)),
  turns: fc.nat(20),
});
const clients = fc.array(fc.array(step, { maxLength: 12 }), { minLength: 1, maxLength: 8 });

test('under any load the bytes are right, and the disk holds no more than it may', async (t) => {
  const { remote, directory, open, cache: first } = await setUp(t, { maxBytes });
  await first.close();
  const objects = await Promise.all(sizes.map((size, i) => putObject(remote, String(i), size)));
  const check = (cache: CachedStore): void => {
    t.true(cache.bytes <= maxBytes);
    const found = settled(directory, cache.bytes);
    t.true(found <= cache.bytes, `${found} bytes are there, and ${cache.bytes} are known of`);
  };
  const client = async (cache: CachedStore, steps: Step[]): Promise<void> => {
    for (const { object, what, start, turns } of steps) {
      const { key, bytes } = objects[object] ?? { key: '', bytes: Buffer.alloc(0) };
      if (what === 'stat') t.is((await cache.stat(key))?.size, bytes.length);
      // The store keeps it, so that it can be had again: only the copy goes.
      else if (what === 'forget') await cache.put(key, bytes);
      else {
        const { body } = await opened(cache, key, { start });
        if (what === 'linger') await once(body, 'readable');
        for (let i = 0; i < turns; i++) await turn();
        if (what === 'leave') body.destroy();
        else t.true((await buffer(body)).equals(bytes.subarray(start)));
      }
      check(cache);
    }
  };
  let [hits, evictions, degraded] = [0, 0, 0];
  await fc.assert(
    fc.asyncProperty(clients, async (all) => {
      const cache = await open();
      try {
        check(cache);
        await Promise.all(all.map((steps) => client(cache, steps)));
        await until('it is at rest', () => descriptors(directory).length === 0);
        await until('all is accounted for', () => bytesOnDisk(directory) === cache.bytes);
        t.deepEqual(filesOf(directory).growing, []);
        t.is(cache.counters.corruptions, 0);
        hits += cache.counters.hits;
        evictions += cache.counters.evictions;
        degraded += cache.counters.degraded;
      } finally {
        await cache.close();
      }
    }),
    { numRuns: 60, includeErrorInReport: true },
  );
  t.true(hits > 100 && evictions > 50 && degraded > 20, `${hits} ${evictions} ${degraded}`);
});

/**
 * Bytes on the disk, looked at again for some milliseconds while they are too many. The ledger cannot change meanwhile, for this
 * process does nothing else; but the system may still be at work on what it has said to be removed and closed.
 */
function settled(directory: string, bytes: number): number {
  const still = new Int32Array(new SharedArrayBuffer(4));
  for (let look = 1; ; look++) {
    const found = bytesOnDisk(directory);
    if (found <= bytes || look === 20) return found;
    Atomics.wait(still, 0, 0, 5);
  }
}

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
