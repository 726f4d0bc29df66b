import { Registry } from 'prom-client';
import test from 'ava';
import fc from 'fast-check';
import { Durations } from '../../src/metrics/durations.ts';
import { added } from '../../src/processes/figures.ts';

const bounds = [0.125, 0.5, 5];
const options = { name: 'of_something_seconds', help: 'For a test', bounds };

test('a histogram is told as Prometheus has it: each bucket with all before it', async (t) => {
  const registry = new Registry();
  const durations = new Durations(registry, options);
  for (const seconds of [0.0625, 0.125, 0.25, 7, 8]) durations.of({ kind: 'a', way: 'b' })(seconds);
  durations.of({ kind: 'c', way: 'd' });
  t.deepEqual((await registry.metrics()).trim().split('\n'), [
    '# HELP dropstack_of_something_seconds For a test',
    '# TYPE dropstack_of_something_seconds histogram',
    ...[
      ...series('kind="a",way="b"', [2, 3, 3, 5], 15.4375),
      ...series('kind="c",way="d"', [0, 0, 0, 0], 0),
    ].map((line) => `dropstack_of_something_seconds${line}`),
  ]);
});

test('whatever is counted is in the first bucket that has room for it, also of several processes', async (t) => {
  const seconds = fc.oneof(fc.double({ min: 0, max: 10, noNaN: true }), fc.constantFrom(...bounds));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(seconds), { minLength: 1, maxLength: 3 }), async (processes) => {
      const figures = processes.map(async (counted) => {
        const registry = new Registry();
        const durations = new Durations(registry, options);
        durations.of();
        for (const one of counted) durations.of()(one);
        // As it comes from another process.
        return JSON.parse(JSON.stringify(await registry.getMetricsAsJSON())) as Awaited<
          ReturnType<Registry['getMetricsAsJSON']>
        >;
      });
      const text = await added(await Promise.all(figures)).metrics();
      const all = processes.flat();
      for (const bound of [...bounds, Infinity]) {
        const le = bound === Infinity ? '+Inf' : bound;
        const count = all.filter((one) => one <= bound).length;
        t.true(text.includes(`_bucket{le="${le}"} ${count}\n`), text);
      }
      t.true(text.includes(`_count ${all.length}\n`));
    }),
  );
});

/** The lines of one series, without the metric's name. */
function series(labels: string, counts: number[], sum: number): string[] {
  return [
    ...counts.map((count, at) => `_bucket{le="${bounds[at] ?? '+Inf'}",${labels}} ${count}`),
    `_sum{${labels}} ${sum}`,
    `_count{${labels}} ${counts.at(-1)}`,
  ];
}
