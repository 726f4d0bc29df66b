/** A thousand pulls while everything fails that can: each ends with the right bytes, or is told clearly that it cannot be. */
import { readdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { checkStore } from '../crash/store-check.ts';
import type { Fault } from '../helpers/fault-proxy.ts';
import { testWith } from '../helpers/test-with.ts';
import { Client, type Outcome } from './client.ts';
import { chances, planTroubles, type Trouble } from './plan.ts';
import { figures, writeFigures } from './report.ts';
import { idle, vitalsOf } from './vitals.ts';
import { startWorld, type World } from './world.ts';

const pulls = Number(process.env['FAULT_PULLS'] ?? 1_000);
const seed = Number(process.env['FAULT_SEED'] ?? 1);
const clients = 20;
const hour = 3_600_000;
/** of requests to the store that have a fault */
const share = 0.08;
/** bytes that a process which lived through it may be larger than before, when it is idle again */
const growth = 150 * 1024 * 1024;

const faults: Fault[] = [
  { kind: 'delay', milliseconds: 500 },
  { kind: 'reset', after: 'anywhere' },
  { kind: 'truncate', after: 'anywhere' },
  { kind: 'stall', after: 'anywhere' },
  { kind: 'answer', status: 500, code: 'InternalError' },
  { kind: 'answer', status: 503 },
  { kind: 'answer', status: 503, code: 'SlowDown' },
  { kind: 'lose' },
];

const test = testWith('root', 'versitygw', 'faketime', 'setpriv', 'tar');

test('each pull under faults ends with the right bytes, or with a clear answer', async (t) => {
  t.timeout(30 * 60_000);
  const world = await startWorld(t, seed);
  const { proxy, replicas, images } = world;
  const all = Object.values(replicas);
  const servers = () => all.map(({ server }) => server()).filter((server) => server !== undefined);
  const [steady] = servers();
  if (steady === undefined) throw new Error('It runs');
  const client = new Client({ hosts: () => servers().map(({ host }) => host), user: steady.puller.user });
  t.teardown(() => client.close());
  const warm = images.slice(0, images.length / 2);
  for (const image of warm) t.like(await client.pull(image), { end: 'whole', why: '' });
  await idle(steady.pid);
  const before = await vitalsOf(steady.pid);

  // A quarter of the share, since the first rule counts. Lists and other XML have no checksum, and ranges none of their own.
  proxy.random(share / 4, [{ kind: 'corrupt', at: 'anywhere' }], {
    method: 'GET',
    path: objects,
    ranged: false,
  });
  proxy.random(share, faults);
  const start = performance.now();
  const outcomes = await pullAll(world, client, warm.length);
  const seconds = (performance.now() - start) / 1000;
  const counters = { ...proxy.counters };
  proxy.calm();
  await world.clock.set(0);
  await world.fillDisk(false);

  t.log(tally(outcomes));
  t.deepEqual(
    outcomes.filter(({ end }) => end === 'broken').map(({ why }) => why),
    [],
  );
  t.true(outcomes.filter(({ end }) => end === 'whole').length > pulls / 2);
  for (const [name, { log }] of Object.entries(replicas)) t.notRegex(log(), /unexpected error/, name);
  for (const [kind, n] of Object.entries(counters)) t.true(n > 0, `${kind} happened`);
  const log = replicas['odd-clock'].log();
  const ahead = [...log.matchAll(/"time":"([^"]+)"/g)].map(([, time = '']) => Date.parse(time) - Date.now());
  t.true(Math.max(...ahead) > 23 * hour, 'the clock was a day ahead');
  const toll = { ...client.toll };
  for (const { host, puller } of servers()) {
    const one = new Client({ hosts: () => [host], user: puller.user });
    for (const image of images) t.deepEqual(await settled(one, image), { end: 'whole', why: '' }, host);
    await one.close();
  }
  await client.close();
  const { problems, unnamed } = await checkStore(world.store);
  t.deepEqual(problems, []);
  for (const cache of world.caches) t.deepEqual(await readdir(join(cache, '.dropstack-tmp')), []);

  await idle(steady.pid);
  // The store's end closes connections that are idle for a minute.
  for (const end = performance.now() + 100_000; performance.now() < end; await delay(500))
    if ((await vitalsOf(steady.pid)).sockets <= before.sockets + 2) break;
  const after = await vitalsOf(steady.pid);
  t.deepEqual(after.files, before.files);
  t.true(after.sockets <= before.sockets + 2, `${after.sockets} sockets, and ${before.sockets} before`);
  t.true(after.rss - before.rss < growth, `${after.rss} bytes, and ${before.rss} before`);
  const kills = planTroubles(seed).filter(({ kind }) => kind === 'kill').length;
  const openUploads = await world.openUploads();
  t.true(openUploads <= kills * availableParallelism(), `${openUploads} uploads in parts are open`);
  const report = figures({
    seconds,
    outcomes,
    toll,
    counters,
    troubles: planTroubles(seed),
    failedStarts: all.reduce((sum, replica) => sum + replica.failedStarts(), 0),
    unnamed: unnamed.length,
    openUploads,
    before,
    after,
  });
  t.log(report);
  await writeFigures(t, report);
});

/** Objects, but no lists. */
const objects = /^\/[^/?]+\/[^?]+/;

/** Clients pull at random until all is done, the plan as well. The colder a droplet, the later it is asked for first. */
async function pullAll(world: World, client: Client, warm: number): Promise<Outcome[]> {
  const chance = chances(seed + 1);
  const outcomes: Outcome[] = [];
  const progress = (): number => outcomes.length / pulls;
  const plan = { isOver: false };
  const troubles = befall(world, progress).finally(() => (plan.isOver = true));
  const work = async (): Promise<void> => {
    while (progress() < 1 || !plan.isOver) {
      const known = warm + (world.images.length - warm) * Math.min(1, progress() / 0.8);
      const outcome = await client.pull(world.images[Math.floor(chance() * known)] ?? '');
      outcomes.push(outcome);
      if (outcome.end !== 'whole') await delay(1_000);
    }
  };
  await Promise.all([troubles, ...Array.from({ length: clients }, work)]);
  return outcomes;
}

async function befall(world: World, progress: () => number): Promise<void> {
  for (const trouble of planTroubles(seed)) {
    while (progress() < trouble.after) await delay(20);
    await meet(world, trouble);
  }
}

async function meet({ proxy, replicas, clock, fillDisk }: World, trouble: Trouble): Promise<void> {
  if (trouble.kind === 'kill') await replicas[trouble.replica].crash();
  else if (trouble.kind === 'jump') await clock.set(trouble.seconds);
  else if (trouble.kind === 'disk') await fillDisk(trouble.full);
  else {
    await proxy.leave();
    await delay(trouble.milliseconds);
    await proxy.comeBack();
  }
}

/** What was under way when the faults stopped may still fail for a moment. */
async function settled(client: Client, image: string): Promise<Omit<Outcome, 'ms'>> {
  for (let tries = 5; ; tries--) {
    const { end, why } = await client.pull(image);
    if (end !== 'refused' || tries === 0) return { end, why };
    await delay(2_000);
  }
}

function tally(outcomes: readonly Outcome[]): string {
  const by = Map.groupBy(outcomes, ({ end, why }) => `${end} ${why}`.trim());
  return [...by].map(([what, those]) => `${those.length} ${what}`).join('\n');
}
