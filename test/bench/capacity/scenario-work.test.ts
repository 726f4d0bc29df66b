import test from 'ava';
import { scenarioWork } from '../../../bench/capacity/scenario-work.ts';
import { noWork } from '../../../bench/capacity/work.ts';
import type { Workload } from '../../../bench/load/workload/workload.ts';

/** Each app once on each of two nodes, each droplet of a thousand bytes. */
const workload: Workload = {
  format: 1,
  seed: 1,
  nodes: 2,
  apps: 3,
  instances: 3,
  versions: 2,
  sizes: [1000],
  scale: 1,
};

const starts = (wanted: number) => ({
  seconds: 4,
  pulls: { wanted, done: wanted, failed: 0, reasons: {}, latency },
});
const latency = { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0, mean: 0 };

test('a cold start fetches each image where it runs, and rootfs and launcher once on each node', (t) => {
  t.deepEqual(scenarioWork('cold', workload, starts(3), 20), {
    ...noWork,
    seconds: 4,
    starts: 3,
    fetches: 3,
    layers: 3,
    dropletBytes: 3000,
    baseLayers: 4,
    baseBytes: 4_000_000,
    conversions: 3,
    convertedBytes: 3000,
  });
});

test('an image that a node runs twice comes to it once', (t) => {
  const crowded = { ...workload, nodes: 1, instances: 9 };
  t.like(scenarioWork('cold', crowded, starts(9), 20), { starts: 9, fetches: 3, layers: 3, baseLayers: 2 });
});

test('a warm start asks for digests alone, however often', (t) => {
  t.deepEqual(scenarioWork('warm', workload, starts(30), 20), { ...noWork, seconds: 4, starts: 30 });
});

test('what was asked for more than five minutes before is looked up again', (t) => {
  t.is(scenarioWork('warm', workload, starts(30), 298).lookups, 0);
  // 600 s and half of the 4, less 300.
  t.is(scenarioWork('warm', workload, starts(30), 600).lookups, 3 * (302 / 600));
  t.is(scenarioWork('cold', workload, starts(30), 600).lookups, 0);
});

test('of a drained node comes what the others have not got', (t) => {
  // Three apps are dealt to two nodes: the second has one of them, which the first lacks.
  t.like(scenarioWork('drain', workload, starts(1), 20), {
    starts: 1,
    fetches: 1,
    layers: 1,
    dropletBytes: 1000,
  });
  const everywhere = { ...workload, instances: 3 * 30 };
  t.like(scenarioWork('drain', everywhere, starts(45), 20), { starts: 45, fetches: 0, layers: 0 });
});

test('a bump brings a rootfs to each node, and no droplet', (t) => {
  const work = scenarioWork('bump', workload, starts(3), 20);
  t.like(work, { fetches: 3, layers: 0, dropletBytes: 0, baseLayers: 2, conversions: 0, rebased: 3 });
});

test('a hot app comes to each node, and is converted once', (t) => {
  const work = scenarioWork('hot', workload, starts(2), 20);
  t.like(work, { fetches: 2, layers: 2, dropletBytes: 2000, baseLayers: 4, conversions: 1 });
  t.is(work.convertedBytes, 1000);
});
