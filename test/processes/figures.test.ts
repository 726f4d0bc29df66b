import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import test from 'ava';
import { added, lasting, type Figures } from '../../src/processes/figures.ts';

/** What a process tells that has counted so far. */
function told(count: number): Promise<Figures> {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'asked', help: 'h', labelNames: ['by'], registers }).inc({ by: 'us' }, count);
  new Gauge({ name: 'open', help: 'h', registers }).set(count);
  const times = new Histogram({ name: 'time', help: 'h', buckets: [1, 2], registers });
  for (let at = 0; at < count; at++) times.observe(1.5);
  return registry.getMetricsAsJSON();
}

test('what several have counted is added, bucket by bucket', async (t) => {
  const text = await added([await told(2), await told(3)]).metrics();
  for (const line of [
    'asked{by="us"} 5',
    'open 5',
    'time_bucket{le="1"} 0',
    'time_bucket{le="2"} 5',
    'time_sum 7.5',
  ])
    t.true(text.includes(`${line}\n`), line);
});

test('of one that has ended counters last, and gauges do not', async (t) => {
  const once = await lasting([await told(2)]);
  const twice = await lasting([once, await told(4)]);
  const text = await added([twice, await told(1)]).metrics();
  for (const line of ['asked{by="us"} 7', 'open 1', 'time_bucket{le="+Inf"} 7', 'time_count 7'])
    t.true(text.includes(`${line}\n`), line);
});
