import test from 'ava';
import fc from 'fast-check';
import type { Observed } from '../../../../bench/load/fleet/observed.ts';
import { createTimes, addTime } from '../../../../bench/load/fleet/times.ts';
import { bounded } from '../../../../bench/load/scenarios/bounded.ts';
import { wavesOf } from '../../../../bench/load/scenarios/bump.ts';
import { moved } from '../../../../bench/load/scenarios/drain.ts';
import { inSequence } from '../../../../bench/load/scenarios/in-sequence.ts';
import { repeated } from '../../../../bench/load/scenarios/repeated.ts';
import { instancesOf } from '../../../../bench/load/workload/instances-of.ts';
import { makeWorkload } from '../../../../bench/load/workload/make-workload.ts';

test('every app is in one wave, and the last wave is the largest', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 300 }), (names) => {
      const waves = wavesOf(names.map((name) => ({ name, hash: '', size: 1 })));
      t.deepEqual(waves.flatMap((wave) => wave.map(({ name }) => name)).toSorted(), names.toSorted());
      if (names.length > 100) t.true(waves.every((wave) => wave.length <= (waves.at(-1)?.length ?? 0)));
    }),
  );
});

test('what ran on the nodes that go runs on those that stay', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 80 }), (nodes, apps) => {
      const instances = instancesOf(makeWorkload({ nodes, apps }));
      const gone = instances.filter(({ node }) => node === nodes - 1);
      const again = moved(instances, nodes - 1);
      t.deepEqual(
        again.map(({ app }) => app),
        gone.map(({ app }) => app),
      );
      t.true(again.every(({ node }) => node < nodes - 1));
    }),
  );
});

test('items are repeated whole', (t) => {
  t.deepEqual(repeated(['a', 'b'], 3), ['a', 'b', 'a', 'b']);
  t.deepEqual(repeated(['a', 'b'], 2), ['a', 'b']);
  t.deepEqual(repeated(['a', 'b'], 0), ['a', 'b']);
  t.deepEqual(repeated([], 5), []);
});

test('a part of a workload is said to be one', (t) => {
  const small = makeWorkload('small');
  const { part, notes } = bounded(small);
  t.like(part, { nodes: small.nodes, apps: 60, instances: 120, sizes: small.sizes });
  t.regex(notes.join(), /60 apps and 120 instances/);
  t.deepEqual(bounded(part), { part, notes: [] });
});

test('runs in sequence are as one', (t) => {
  const both = inSequence([seen(3, 10), seen(4, 20)]);
  t.like(both, { seconds: 7, challenges: 7, pulls: { wanted: 7, done: 7, reasons: { EOF: 7 } } });
  t.is(both.pull.totalCount, 2);
  t.is(Math.round(both.pull.maxValue / 1000), 20);
  t.like(both.kinds.layer, { requests: 7, bytes: 7, errors: { 500: 7 } });
  t.deepEqual(
    both.timeline.map(({ requests }) => requests),
    [3, 4],
  );
  t.is(inSequence([]).pulls.wanted, 0);
});

function seen(some: number, milliseconds: number): Observed {
  const times = createTimes();
  addTime(times, milliseconds);
  const kind = { requests: some, errors: { 500: some }, bytes: some, firstByte: times, total: times };
  return {
    seconds: some,
    pulls: { wanted: some, done: some, failed: some, reasons: { EOF: some } },
    pull: times,
    kinds: { 'manifest-head': kind, 'manifest-get': kind, config: kind, layer: kind },
    challenges: some,
    retries: some,
    backoffs: some,
    resumed: some,
    corrupt: some,
    connections: some,
    timeline: [{ requests: some, errors: 0, bytes: 0, pulls: 0, p99Ms: 0 }],
    cpuSeconds: some,
  };
}
