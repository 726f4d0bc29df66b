import test from 'ava';
import * as fc from 'fast-check';
import { instancesOf } from '../../../../bench/load/workload/instances-of.ts';
import { makeWorkload } from '../../../../bench/load/workload/make-workload.ts';
import type { Workload } from '../../../../bench/load/workload/workload.ts';

const anyWorkload: fc.Arbitrary<Workload> = fc
  .record({
    seed: fc.integer(),
    nodes: fc.integer({ min: 1, max: 40 }),
    apps: fc.integer({ min: 1, max: 200 }),
    more: fc.integer({ min: 0, max: 800 }),
  })
  .map(({ more, ...numbers }) => ({
    ...makeWorkload('small'),
    ...numbers,
    instances: numbers.apps + more,
  }));

test('every app has an instance, all are as many as the workload says, and nodes have evenly many', (t) => {
  fc.assert(
    fc.property(anyWorkload, (workload) => {
      const instances = instancesOf(workload);
      t.is(instances.length, workload.instances);
      t.is(new Set(instances.map(({ app }) => app)).size, workload.apps);
      const perNode = Array.from({ length: workload.nodes }, () => 0);
      for (const { app, node } of instances) {
        t.true(app >= 0 && app < workload.apps);
        perNode[node] = (perNode[node] ?? 0) + 1;
      }
      t.is(perNode.length, workload.nodes);
      t.true(Math.max(...perNode) - Math.min(...perNode) <= 1);
    }),
  );
});

test('instances of one app lie apart where there are nodes enough', (t) => {
  fc.assert(
    fc.property(anyWorkload, (workload) => {
      const { nodes } = workload;
      for (const own of Map.groupBy(instancesOf(workload), ({ app }) => app).values())
        t.is(new Set(own.map(({ node }) => node)).size, Math.min(nodes, own.length));
    }),
  );
});

test('the same seed gives the same places, another one gives others', (t) => {
  const workload = makeWorkload('medium', { seed: 7 });
  t.deepEqual(instancesOf(workload), instancesOf({ ...workload }));
  t.notDeepEqual(instancesOf(workload), instancesOf({ ...workload, seed: 8 }));
});

test('most apps of a large fleet have one instance, some two, few up to ten', (t) => {
  const counts = Map.groupBy(instancesOf(makeWorkload('large')), ({ app }) => app);
  const lengths = [...counts.values()].map(({ length }) => length);
  const share = (wanted: (length: number) => boolean) => lengths.filter(wanted).length / lengths.length;
  t.true(share((length) => length === 1) > 0.5);
  t.true(share((length) => length === 2) > 0.15);
  t.true(share((length) => length === 10) < 0.1);
  t.is(Math.max(...lengths), 10);
});
