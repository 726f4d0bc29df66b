/**
 * Random interleavings of everything that anybody does, call by call, on a simulated clock: nothing reachable is ever
 * removed, and in the end all garbage is gone. COLLECT_RUNS runs more of them, COLLECT_SEED begins elsewhere.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import test from 'ava';
import { hash, tinyDroplet } from '../helpers/tiny.ts';
import { Chance } from './stepper.ts';
import { World, type Droplet } from './world.ts';

const runs = Number(process.env['COLLECT_RUNS'] ?? 1000);
const firstSeed = Number(process.env['COLLECT_SEED'] ?? 1);
const steps = 150;

test('nothing reachable is removed, and all garbage goes', async (t) => {
  t.timeout(30 * 60_000);
  const tars = [gunzipSync((await tinyDroplet(t, 'a')).bytes), gunzipSync((await tinyDroplet(t, 'b')).bytes)];
  // Two droplets with one layer, and another.
  const droplets: Droplet[] = [
    gzipSync(tars[0] ?? '', { level: 1 }),
    gzipSync(tars[0] ?? '', { level: 9 }),
    gzipSync(tars[1] ?? ''),
  ].map((bytes) => ({ bytes, hash: hash('sha1', bytes) }));
  let collections = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const world = new World(new Chance(seed), droplets);
    await world.begin();
    for (let step = 0; step < steps && world.failure === undefined; step++) await world.step();
    if (world.failure === undefined) await world.end();
    collections += world.collections;
    if (world.failure !== undefined) {
      t.fail(`COLLECT_SEED=${seed}: ${world.failure}`);
      return;
    }
  }
  t.true(collections > runs * 14, 'and they collected');
});
