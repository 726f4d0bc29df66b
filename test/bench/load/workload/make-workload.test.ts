import test from 'ava';
import * as fc from 'fast-check';
import { describeWorkload } from '../../../../bench/load/workload/describe-workload.ts';
import { makeWorkload } from '../../../../bench/load/workload/make-workload.ts';
import { sizesOf } from '../../../../bench/load/workload/sizes-of.ts';
import { workload } from '../../../../bench/load/workload/workload.ts';

const gibibyte = 2 ** 30;

for (const [size, nodes, apps, disk] of [
  ['small', 10, 200, 2],
  ['medium', 21, 1_000, 2],
  ['large', 250, 40_000, 4],
] as const) {
  test(`the ${size} fleet has the reference figures and fits on its disk`, (t) => {
    const made = workload.parse(makeWorkload(size));
    t.like(made, { nodes, apps, instances: 2 * apps, versions: 2 });
    const droplets = sizesOf(made).reduce((sum, bytes) => sum + bytes, 0);
    t.true(2 * droplets < disk * gibibyte);
    t.true(2 * droplets > 0.2 * disk * gibibyte, 'and makes use of it');
    t.regex(
      describeWorkload(made).join('\n'),
      new RegExp(`${apps.toLocaleString('en')} apps .* ${nodes} nodes`),
    );
  });
}

test('droplets and layers of any fleet fit on the disk, or it is refused', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.integer({ min: 100_000, max: 8 * gibibyte }),
      fc.integer({ min: 2, max: 20 }),
      (apps, diskBytes, versions) => {
        const make = () => makeWorkload({ nodes: 3, apps }, { diskBytes, versions });
        // 80 KiB an app are enough for two versions and the smallest droplets.
        if (diskBytes < apps * (64 + 8 * versions) * 1024) {
          if (diskBytes < apps * 50_000) t.throws(make, { message: /bytes on the disk at the least/ });
          return;
        }
        const made = make();
        t.true(made.scale > 0 && made.scale <= 1);
        t.deepEqual(
          made.sizes,
          made.sizes.toSorted((a, b) => a - b),
        );
        t.true(2 * sizesOf(made).reduce((sum, bytes) => sum + bytes, 0) <= diskBytes);
      },
    ),
  );
});

test('with room enough droplets are as large as real ones', (t) => {
  const { scale, sizes } = makeWorkload({ nodes: 1, apps: 5 });
  t.is(scale, 1);
  t.true((sizes.at(-1) ?? 0) > 100_000_000);
});

test('each size is drawn as often as any other, in an order that the seed decides', (t) => {
  const made = makeWorkload('medium');
  const counts = Map.groupBy(sizesOf(made), (size) => size);
  t.deepEqual(
    [...counts.values()].map(({ length }) => length),
    [200, 200, 200, 200, 200],
  );
  t.deepEqual(sizesOf(made), sizesOf(makeWorkload('medium')));
  t.notDeepEqual(sizesOf(made), sizesOf(makeWorkload('medium', { seed: 2 })));
});

test('an app has an instance at the least', (t) => {
  t.throws(() => makeWorkload('small', { instances: 199 }), { message: /too few for 200 apps/ });
});
