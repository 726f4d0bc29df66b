import test from 'ava';
import { World, type WorldApp } from './world.ts';

const quick = { waves: [{ percent: 20 }, {}], soak: '5s', minReadySeconds: 5, progressDeadlineSeconds: 60 };

test('a roll moves every app, wave by wave, and leaves no placement behind', (t) => {
  const world = new World(goodApps(30), quick);
  world.ask('2');
  const promotedAt: number[] = [];
  run(world, 600, () => {
    if (world.record.promoted === '2') promotedAt.push(world.now);
  });
  t.is(world.status.phase, 'Completed');
  t.is(world.status.message, '30 of 30 apps run 2');
  t.deepEqual(world.record.placements, {});
  t.is(world.record.promoted, '2');
  t.deepEqual(new Set([...world.pods.keys()].flatMap((guid) => world.versionsOf(guid))), new Set(['2']));
  t.is(world.proofs.flatMap(({ pods }) => pods).length, 60);
  const [first, second] = world.status.roll?.waves ?? [];
  t.true((first?.finishedAt ?? '') <= (second?.startedAt ?? ''));
  t.true(Date.parse(first?.finishedAt ?? '') <= (promotedAt[0] ?? 0), 'promoted after the first wave');
});

test('nothing begins where the version is promoted already, and a second look begins nothing anew', (t) => {
  const world = new World(goodApps(3), quick);
  world.tick();
  t.is(world.status.phase, 'Idle');
  world.ask('2');
  run(world, 300);
  const { roll } = world.status;
  run(world, 20);
  t.deepEqual(world.status.roll, roll);
});

test('no more apps are on their way than may be, and one pod of each', (t) => {
  const world = new World(goodApps(40), { ...quick, maxInFlight: { apps: 4, perNode: 100 } });
  world.ask('2');
  let most = 0;
  run(world, 2000, () => {
    const down = [...world.pods.values()].map((pods) => pods.filter(({ isReady }) => !isReady).length);
    t.true(Math.max(...down) <= 1, 'two pods of one app are down');
    most = Math.max(most, down.filter((count) => count > 0).length);
  });
  t.is(world.status.phase, 'Completed');
  t.true(most > 1 && most <= 4, `${most} apps were down at once`);
});

test('no more pods are on their way on a node than may be', (t) => {
  const world = new World(goodApps(40, 1), { ...quick, maxInFlight: { apps: 40, perNode: 1 } });
  world.ask('2');
  const evictions = new Map<string, number>();
  run(world, 2000, () => {
    for (const { at, step } of world.log.splice(0)) {
      if (step.kind !== 'evict') continue;
      const name = `${at} ${step.pod.node}`;
      evictions.set(name, (evictions.get(name) ?? 0) + 1);
    }
  });
  t.is(world.status.phase, 'Completed');
  t.is(Math.max(...evictions.values()), 1);
});

for (const [behaviour, reason] of [
  ['never-ready', /not ready in time/],
  ['crashes', /crashes/],
] as const) {
  test(`an app that ${behaviour} on the version goes back alone`, (t) => {
    const apps = [...goodApps(20), { guid: 'bad-app', instances: 2, behaviour: badOn('2', behaviour) }];
    const world = new World(apps, quick);
    world.ask('2');
    run(world, 1500);
    t.is(world.status.phase, 'Completed');
    t.deepEqual(
      world.status.roll?.failures.map(({ guid }) => guid),
      ['bad-app'],
    );
    t.regex(world.status.roll?.failures[0]?.reason ?? '', reason);
    t.deepEqual(world.record.placements, { 'bad-app': '1' });
    t.deepEqual(world.versionsOf('bad-app'), ['1', '1']);
    t.true(world.pods.get('bad-app')?.every(({ isReady }) => isReady));
    t.deepEqual(world.versionsOf('app-0003'), ['2', '2']);
  });
}

test('an app that was broken before is moved and not charged', (t) => {
  const apps: WorldApp[] = [
    ...goodApps(5),
    { guid: 'sick-app', instances: 2, behaviour: () => 'never-ready' },
    { guid: 'loop-app', instances: 1, behaviour: () => 'crashes' },
  ];
  const world = new World(apps, quick);
  run(world, 60);
  world.ask('2');
  run(world, 1500);
  t.is(world.status.phase, 'Completed');
  t.deepEqual(world.status.roll?.failures, []);
  t.deepEqual(world.versionsOf('sick-app'), ['2', '2']);
  t.deepEqual(world.versionsOf('loop-app'), ['2']);
});

test('three of the first ten stop it at once; resume goes on, undo takes all back', (t) => {
  const apps = goodApps(60).map((app, i) =>
    i % 2 === 0 ? app : { ...app, behaviour: badOn('2', 'crashes') },
  );
  const world = new World(apps, {
    ...quick,
    waves: [{}],
    maxInFlight: { apps: 5 },
    newDroplets: 'immediately',
  });
  world.ask('2');
  run(world, 300);
  t.is(world.status.phase, 'Halted');
  const failed = world.status.roll?.failures.length ?? 0;
  t.true(failed >= 3 && failed <= 8, `${failed} failed`);
  const before = moved(world);
  run(world, 100);
  t.deepEqual(moved(world), before, 'it stands');

  world.ask('1');
  run(world, 600);
  t.is(world.status.phase, 'Completed');
  t.is(world.status.roll?.kind, 'undo');
  t.is(world.record.promoted, '1');
  t.deepEqual(world.record.placements, {});
  t.deepEqual(new Set([...world.pods.keys()].flatMap((guid) => world.versionsOf(guid))), new Set(['1']));
});

test('resume after failures were seen: they count no more', (t) => {
  const bad = goodApps(4, 2, 'bad').map((app) => ({ ...app, behaviour: badOn('2', 'crashes') }));
  const world = new World([...bad, ...goodApps(20)], {
    ...quick,
    waves: [{}],
    failureBudget: { count: 3, percent: 0 },
  });
  world.ask('2');
  run(world, 400);
  t.is(world.status.phase, 'Halted');
  const { id = '', failures = [] } = world.status.roll ?? {};
  world.stack.metadata.annotations['dropstack.dev/resume'] = `${id}/${failures.length}`;
  run(world, 600);
  t.is(world.status.phase, 'Completed');
  t.is(world.status.roll?.counts.done, 20);
  t.deepEqual(
    Object.keys(world.record.placements).toSorted(),
    bad.map(({ guid }) => guid),
  );
});

test('on failure, everything is rolled back where that is asked for', (t) => {
  const apps = goodApps(30).map((app) => ({ ...app, behaviour: badOn('2', 'never-ready') }));
  const world = new World(apps, { ...quick, onFailure: 'rollback', waves: [{}] });
  world.ask('2');
  run(world, 1000, () => {
    const isBack = world.status.phase === 'RolledBack';
    if (isBack) t.is(world.status.roll?.kind, 'undo', 'it is not back before that is over');
  });
  t.is(world.status.phase, 'RolledBack');
  t.is(world.record.promoted, '1');
  t.deepEqual(new Set([...world.pods.keys()].flatMap((guid) => world.versionsOf(guid))), new Set(['1']));
  t.deepEqual(
    world.status.history.map(({ kind, outcome }) => [kind, outcome]),
    [
      ['undo', 'Completed'],
      ['roll', 'RolledBack'],
    ],
  );
  run(world, 30);
  t.is(world.status.phase, 'RolledBack', 'it is not tried again by itself');
});

test('a wave waits for approval, and for its pause', (t) => {
  const waves = [{ name: 'canary', apps: 'auto', approval: true }, { percent: 50, pause: '60s' }, {}];
  const world = new World(goodApps(20), { ...quick, waves });
  world.canaries = new Set(['app-0004', 'app-0009']);
  world.ask('2');
  run(world, 200);
  t.is(world.status.phase, 'AwaitingApproval');
  t.deepEqual(moved(world), ['app-0004', 'app-0009']);
  world.stack.metadata.annotations['dropstack.dev/approve'] = `${world.status.roll?.id}/0`;
  world.stack.metadata.annotations['dropstack.dev/by'] = 'jane';
  run(world, 600);
  t.is(world.status.phase, 'Completed');
  const [canary, half, rest] = world.status.roll?.waves ?? [];
  t.is(canary?.approvedBy, 'jane');
  t.true(Date.parse(rest?.startedAt ?? '') - Date.parse(half?.settledAt ?? '') >= 60_000);
});

test('paused, nothing more moves; aborted, everything stays', (t) => {
  const world = new World(goodApps(40), { ...quick, waves: [{}], maxInFlight: { apps: 3 } });
  world.ask('2');
  run(world, 40);
  world.stack.spec.paused = true;
  run(world, 15);
  const before = moved(world);
  t.true(before.length > 0 && before.length < 40);
  run(world, 300);
  t.is(world.status.phase, 'Paused');
  t.deepEqual(moved(world), before);
  t.deepEqual(world.status.roll?.failures, [], 'nobody is charged for a pause');
  world.stack.metadata.annotations['dropstack.dev/abort'] = world.status.roll?.id ?? '';
  run(world, 5);
  t.is(world.status.phase, 'Aborted');
  for (const guid of world.pods.keys()) world.drain(guid);
  run(world, 20);
  t.deepEqual(moved(world), before, 'what is restarted by others stays where it was');
});

test('what cannot be moved is skipped and stays', (t) => {
  const world = new World(
    [...goodApps(5), { guid: 'odd-app', instances: 1, behaviour: () => 'good', obstacle: 'odd' }],
    quick,
  );
  world.ask('2');
  run(world, 400);
  t.is(world.status.phase, 'Completed');
  t.is(world.status.roll?.counts.skipped, 1);
  t.deepEqual(world.record.placements, { 'odd-app': '1' });
});

test('one instance with surge is never without a ready pod, and is as before afterwards', (t) => {
  const apps = goodApps(10, 1).map((app) => ({ ...app, surge: true }));
  const world = new World(apps, { ...quick, waves: [{}] });
  world.ask('2');
  run(world, 600, () => {
    for (const [guid, pods] of world.pods)
      t.true(
        pods.some(({ isReady }) => isReady),
        `${guid} was down`,
      );
  });
  t.is(world.status.phase, 'Completed');
  run(world, 5);
  for (const guid of world.pods.keys()) t.deepEqual(world.versionsOf(guid), ['2']);
});

test('aborted in the middle of a surge: no app keeps a pod too many, and none is without', (t) => {
  const apps = goodApps(6, 1).map((app) => ({ ...app, surge: true }));
  const world = new World(apps, { ...quick, waves: [{}], maxInFlight: { apps: 2 } });
  world.ask('2');
  const most = (): number => Math.max(...[...world.pods.values()].map(({ length }) => length));
  for (let i = 0; i < 100 && most() < 2; i++) world.tick();
  world.stack.metadata.annotations['dropstack.dev/abort'] = world.status.roll?.id ?? '';
  run(world, 30, () => {
    for (const pods of world.pods.values()) t.true(pods.some(({ isReady }) => isReady));
  });
  t.is(world.status.phase, 'Aborted');
  t.is(most(), 1);
});

test('what a budget does not let go for long is skipped, charged with nothing, and goes on when it is let', (t) => {
  const world = new World(goodApps(6), { ...quick, waves: [{ approval: true }] });
  world.blocks('app-0003', true);
  world.ask('2');
  run(world, 50);
  t.is(world.status.roll?.counts.moving, 1, 'for the moment it is slow');
  run(world, 100);
  t.is(world.status.phase, 'AwaitingApproval');
  t.like(world.status.roll?.counts, { done: 5, skipped: 1 });
  world.blocks('app-0003', false);
  run(world, 100);
  t.like(world.status.roll?.counts, { done: 6, skipped: 0 });
  t.deepEqual(world.status.roll?.failures, []);
  t.deepEqual(world.versionsOf('app-0003'), ['2', '2']);
});

test('an app that comes in the last wave, before the version is promoted, has a wave of its own', (t) => {
  const world = new World(goodApps(5), { ...quick, newDroplets: 'atEnd' });
  world.ask('2');
  for (let i = 0; i < 300 && world.status.roll?.waves[1]?.startedAt === undefined; i++) world.tick();
  world.add({ guid: 'late-app', instances: 2, behaviour: () => 'good' });
  run(world, 3);
  t.deepEqual(world.versionsOf('late-app'), ['1', '1']);
  run(world, 300);
  t.is(world.status.phase, 'Completed');
  t.is(world.status.message, '6 of 6 apps run 2');
  t.deepEqual(world.versionsOf('late-app'), ['2', '2']);
  t.deepEqual(world.record.placements, {});
});

test('another version in mid-roll begins anew from where each app is', (t) => {
  const world = new World(goodApps(30), { ...quick, maxInFlight: { apps: 4 } });
  world.ask('2');
  run(world, 40);
  world.ask('3');
  run(world, 1000);
  t.is(world.status.phase, 'Completed');
  t.is(world.record.promoted, '3');
  t.deepEqual(new Set([...world.pods.keys()].flatMap((guid) => world.versionsOf(guid))), new Set(['3']));
  t.deepEqual(
    world.status.history.map(({ outcome }) => outcome),
    ['Completed', 'Superseded'],
  );
});

test('killed at any point, with pods that are restarted by others: each app runs what it is placed on, and it ends', (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = randomOf(seed);
    const apps = goodApps(25).map((app) =>
      random() < 0.08 ? { ...app, behaviour: badOn('2', 'crashes') } : app,
    );
    const bad = apps.filter(({ behaviour }) => behaviour('2', '') !== 'good').map(({ guid }) => guid);
    const world = new World(apps, { ...quick, failureBudget: { count: 100 }, maxInFlight: { apps: 6 } });
    world.ask('2');
    for (let i = 0; i < 3000 && !(world.status.phase === 'Completed' && i > 10); i++) {
      // It must also have some peace to come to an end.
      const isRough = i < 400;
      if (isRough && random() < 0.1) world.drain(`app-${String(Math.floor(random() * 25)).padStart(4, '0')}`);
      const first = world.papers.get(world.status.roll?.id ?? '') ?? [];
      const begun = new Set(first.flatMap(({ entries }) => entries.map(({ guid }) => guid)));
      for (const guid of world.pods.keys())
        if (!begun.has(guid) && world.record.promoted === '1')
          t.false(world.versionsOf(guid).includes('2'), `seed ${seed}: ${guid} moved before its wave`);
      world.tick(isRough && random() < 0.15 ? Math.floor(random() * 6) : 99);
    }
    t.is(world.status.phase, 'Completed', `seed ${seed}: ${world.status.message}`);
    // What others restarted last comes up.
    run(world, 20);
    t.deepEqual(
      Object.keys(world.record.placements).toSorted(),
      bad.toSorted(),
      `seed ${seed}: ${JSON.stringify(world.status.roll?.failures)}`,
    );
    for (const guid of world.pods.keys())
      t.deepEqual(
        [...new Set(world.versionsOf(guid))],
        [bad.includes(guid) ? '1' : '2'],
        `seed ${seed}: ${guid}`,
      );
  }
});

function goodApps(count: number, instances = 2, prefix = 'app'): WorldApp[] {
  return Array.from({ length: count }, (_, i) => ({
    guid: `${prefix}-${String(i).padStart(4, '0')}`,
    instances,
    behaviour: () => 'good',
  }));
}

function badOn(version: string, behaviour: 'never-ready' | 'crashes'): WorldApp['behaviour'] {
  return (found) => (found === version ? behaviour : 'good');
}

/** Until it has ended, `seconds` at most. */
function run(world: World, seconds: number, look: () => void = () => {}): void {
  for (let i = 0; i < seconds; i++) {
    world.tick();
    look();
  }
}

function moved(world: World): string[] {
  return [...world.pods.keys()].filter((guid) => world.versionsOf(guid).includes('2')).toSorted();
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
