/** What a roll must not do though it seems natural at some moment. Each of these went wrong once. */
import test from 'ava';
import { World, type Behaviour, type WorldApp } from './world.ts';

const quick = { waves: [{}], soak: '5s', minReadySeconds: 5, progressDeadlineSeconds: 60 };

test('a roll that is begun anew after its promotion is not undone when it ends', (t) => {
  const world = new World(goodApps(20), { ...quick, maxInFlight: { apps: 2 }, newDroplets: 'immediately' });
  world.ask('2');
  run(world, 40);
  annotate(world, 'abort', idOf(world));
  run(world, 3);
  t.is(world.status.phase, 'Aborted');
  annotate(world, 'retry', idOf(world));
  run(world, 600);
  t.is(world.status.phase, 'Completed');
  t.deepEqual(versions(world), ['2']);
  world.ask('1');
  run(world, 400);
  t.deepEqual([world.status.roll?.kind, world.status.phase], ['undo', 'Completed']);
  t.deepEqual(versions(world), ['1']);
});

test('apps that were placed and not restarted when a roll was aborted are in the next one', (t) => {
  const world = new World(goodApps(30), { ...quick, maxInFlight: { apps: 30 } });
  world.ask('2');
  for (let i = 0; i < 100 && world.placementOf('app-0000') !== '2'; i++) world.tick();
  annotate(world, 'abort', idOf(world));
  run(world, 2);
  t.deepEqual(versions(world), ['1']);
  annotate(world, 'retry', idOf(world));
  run(world, 600);
  t.is(world.status.message, '30 of 30 apps run 2');
  t.deepEqual(versions(world), ['2']);
});

test('apps that are no longer seen are not done, and nothing of theirs changes', (t) => {
  const world = new World(goodApps(30), { ...quick, maxInFlight: { apps: 3 } });
  world.ask('2');
  run(world, 10);
  world.isBlind = true;
  const untouched = [...world.pods.keys()].filter((guid) => world.placementOf(guid) === '1');
  run(world, 300);
  t.true((world.status.roll?.counts.skipped ?? 0) > 20, world.status.message);
  world.isBlind = false;
  for (const guid of world.pods.keys()) world.drain(guid);
  run(world, 10);
  t.true(untouched.length > 20);
  for (const guid of untouched) t.deepEqual(world.versionsOf(guid), ['1', '1'], guid);
});

test('a Stack that is made anew goes on to the version that it names', (t) => {
  const world = new World(goodApps(20), { ...quick, maxInFlight: { apps: 2 }, newDroplets: 'immediately' });
  world.ask('2');
  run(world, 40);
  t.is(versions(world).length, 2);
  world.status = { phase: 'Idle', message: '', observedGeneration: 0, history: [], conditions: [] };
  world.restart();
  run(world, 900);
  t.is(world.status.phase, 'Completed');
  t.deepEqual(versions(world), ['2']);
});

test('the approval of a wave without apps is one all the same', (t) => {
  const world = new World(goodApps(10), { ...quick, waves: [{ percent: 0, approval: true }, {}] });
  world.ask('2');
  run(world, 100);
  t.is(world.status.phase, 'AwaitingApproval');
  t.deepEqual(versions(world), ['1']);
  annotate(world, 'approve', `${idOf(world)}/0`);
  run(world, 300);
  t.deepEqual(versions(world), ['2']);
});

test('an approval ahead of time holds, and says who gave it', (t) => {
  const waves = [{ percent: 30, approval: true }, { percent: 30, approval: true }, {}];
  const world = new World(goodApps(20), { ...quick, waves });
  world.ask('2');
  run(world, 3);
  annotate(world, 'approve', `${idOf(world)}/0`);
  annotate(world, 'by', 'jane');
  run(world, 1);
  annotate(world, 'approve', `${idOf(world)}/1`);
  annotate(world, 'by', 'joe');
  run(world, 400);
  t.is(world.status.phase, 'Completed');
  t.deepEqual(
    world.status.roll?.waves.map(({ approvedBy }) => approvedBy),
    ['jane', 'joe', undefined],
  );
});

test('an app one pod of which was just moved by others keeps its health gate', (t) => {
  const apps: WorldApp[] = [
    ...goodApps(3),
    { guid: 'bad-app', instances: 3, behaviour: (version) => (version === '2' ? 'never-ready' : 'good') },
  ];
  const world = new World(apps, quick);
  run(world, 5);
  world.drain('bad-app');
  world.ask('2');
  let least = 3;
  run(world, 600, () => {
    const ready = world.pods.get('bad-app')?.filter(({ isReady }) => isReady).length ?? 0;
    if (world.status.roll?.waves[0]?.startedAt !== undefined) least = Math.min(least, ready);
  });
  t.deepEqual(
    world.status.roll?.failures.map(({ guid }) => guid),
    ['bad-app'],
  );
  t.true(least >= 1, 'one was away, and one more');
  t.deepEqual(world.versionsOf('bad-app'), ['1', '1', '1']);
});

test('what was partly broken before keeps what it had', (t) => {
  const apps: WorldApp[] = [
    {
      guid: 'half-app',
      instances: 2,
      behaviour: (version, pod) => (version === '2' || pod.endsWith('-1') ? 'never-ready' : 'good'),
    },
  ];
  const world = new World(apps, quick);
  run(world, 60);
  world.ask('2');
  run(world, 600);
  t.regex(world.status.roll?.failures[0]?.reason ?? '', /fewer of its pods are ready than before/);
  t.deepEqual(world.versionsOf('half-app'), ['1', '1']);
  t.true(world.pods.get('half-app')?.some(({ isReady }) => isReady));
});

test('waves that are edited in mid-roll count for the next roll', (t) => {
  const world = new World(goodApps(60), { ...quick, waves: [{ percent: 30 }, {}], newDroplets: 'manual' });
  world.ask('2');
  run(world, 10);
  world.stack.spec.rollout.waves = [
    { percent: 1, approval: true, pause: 9999 },
    { percent: 1, approval: true, pause: 9999 },
  ];
  run(world, 600);
  t.is(world.status.phase, 'Completed');
  t.is(world.status.message, '60 of 60 apps run 2');
});

test('pods that others restart all the time hold no wave up', (t) => {
  const world = new World(goodApps(60), { ...quick, minReadySeconds: 30, progressDeadlineSeconds: 300 });
  world.ask('2');
  let seconds = 0;
  for (; seconds < 3000 && world.status.phase !== 'Completed'; seconds++) {
    if (seconds % 5 === 0) world.drain(`app-${String((seconds / 5) % 60).padStart(4, '0')}`);
    world.tick();
  }
  t.is(world.status.phase, 'Completed', world.status.message);
});

test('an outage charges no more apps than stop the roll, and resuming goes on', (t) => {
  let isOut = false;
  const apps = goodApps(300).map((app) => ({
    ...app,
    behaviour: (): Behaviour => (isOut ? 'never-ready' : 'good'),
  }));
  const world = new World(apps, { ...quick, soak: '500s', maxInFlight: { apps: 300 } });
  world.ask('2');
  run(world, 60);
  isOut = true;
  run(world, 200);
  t.is(world.status.phase, 'Halted');
  const charged = world.status.roll?.failures.length ?? 0;
  t.true(charged >= 3 && charged <= 4, `${charged} are charged`);
  isOut = false;
  run(world, 30);
  annotate(world, 'resume', `${idOf(world)}/${charged}`);
  run(world, 1500);
  t.is(world.status.phase, 'Completed');
  t.is(world.status.roll?.counts.done, 300 - charged);
});

for (const given of ['9999', '1.5', 'Infinity', 'many', '-1', '']) {
  test(`to resume after ${given || 'no'} failures acknowledges none that are still to come`, (t) => {
    const apps = goodApps(40).map((app) => ({
      ...app,
      behaviour: (version: string): Behaviour => (version === '2' ? 'crashes' : 'good'),
    }));
    const world = new World(apps, { ...quick, maxInFlight: { apps: 4 } });
    world.ask('2');
    run(world, 1);
    annotate(world, 'resume', `${idOf(world)}/${given}`);
    run(world, 400);
    t.is(world.status.phase, 'Halted');
    t.true(Number.isInteger(world.status.roll?.acknowledged));
  });
}

test('an undo places also what it cannot restart', (t) => {
  const apps = goodApps(3);
  const world = new World(apps, quick);
  world.ask('2');
  run(world, 200);
  const [app] = apps;
  if (app !== undefined) app.obstacle = 'held up later';
  world.ask('1');
  run(world, 300);
  t.is(world.status.phase, 'Completed');
  t.is(world.placementOf('app-0000'), '1');
  t.deepEqual(world.versionsOf('app-0000'), ['2', '2']);
});

function goodApps(count: number): WorldApp[] {
  return Array.from({ length: count }, (_, i) => ({
    guid: `app-${String(i).padStart(4, '0')}`,
    instances: 2,
    behaviour: () => 'good' as const,
  }));
}

function run(world: World, seconds: number, look: () => void = () => {}): void {
  for (let i = 0; i < seconds; i++) {
    world.tick();
    look();
  }
}

function annotate(world: World, name: string, value: string): void {
  world.stack.metadata.annotations[`dropstack.dev/${name}`] = value;
}

function idOf(world: World): string {
  return world.status.roll?.id ?? '';
}

function versions(world: World): string[] {
  const all = [...world.pods.keys()].flatMap((guid) => world.versionsOf(guid));
  return [...new Set(all.filter((version) => version !== ''))].toSorted();
}
