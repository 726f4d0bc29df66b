import test from 'ava';
import { loadOf } from '../../../bench/capacity/load-of.ts';
import { noWork } from '../../../bench/capacity/work.ts';
import { madeUpCosts } from './made-up-runs.ts';

test('work costs what was reckoned by hand', (t) => {
  const work = {
    seconds: 10,
    starts: 100,
    lookups: 30,
    fetches: 50,
    layers: 40,
    dropletBytes: 200_000_000,
    baseLayers: 4,
    baseBytes: 30_000_000,
    conversions: 20,
    convertedBytes: 100_000_000,
    rebased: 8,
    images: 5,
  };
  const load = loadOf(work, madeUpCosts);
  // 40 × 1,000 + 200,000,000 × 0.8 + 30,000,000
  t.is(load.fromStore, 190_040_000);
  t.is(load.toClients, 190_040_000 + 50 * 2_500);
  t.is(load.requests, 2 * 100 + 3 * 50 + 44);
  t.is(load.storeRequests, 10 * 5 + 30 * 3 + 44 + 20 * 18 + 8 * 1.5 + 5 * 4);
  t.is(load.fromSource, 100_000_000);
  t.is(load.toStore, 20 * 1_000 + 80_000_000 + 5 * 2_600);
  t.is(load.connections, 200);
  const cpu = 0.3 + 0.04 + 0.024 + 0.03 + 0.0088 + 0.19004 + 0.4 + 2.5 + 0.01;
  t.true(Math.abs(load.cpuSeconds - cpu) < 1e-9, `${load.cpuSeconds} beside ${cpu}`);
});

test('nothing costs nothing', (t) => {
  for (const value of Object.values(loadOf(noWork, madeUpCosts))) t.is(value, 0);
});
