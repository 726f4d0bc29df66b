import test from 'ava';
import { sha256 } from '../../../src/oci/digest.ts';
import type { App } from '../../../src/rollout/fleet/app.ts';
import type { Pod } from '../../../src/rollout/fleet/pod.ts';
import { baselineOf } from '../../../src/rollout/judge/baseline.ts';
import { judgeReturn } from '../../../src/rollout/judge/judge-return.ts';
import { judge, type Circumstances } from '../../../src/rollout/judge/judge.ts';

const now = Date.parse('2026-01-01T12:00:00Z');
const hash = 'a'.repeat(40);
const standard = { minReadySeconds: 30, progressDeadlineSeconds: 600 };
const entry = { guid: 'guid-1', from: '1', to: '2', broken: false, restarts: 0, pods: 0, ready: 0 };
const broken = { ...entry, broken: true };

/** Seconds ago, where it is a time. */
type Wishes = Partial<Omit<Pod, 'containers'>> & {
  version?: string;
  ready?: number;
  unready?: number;
  age?: number;
};

const old = pod('app-1', { version: '1' });
const proven = pod('app-1', { version: '2', ready: 31 });

for (const [name, pods, expected, changes = {}] of [
  ['not placed yet', [old], 'waiting', { placement: '1' }],
  ['placed, its pods old', [old], 'moving app-1'],
  ['placed, but not seen by every replica', [old], 'moving -', { isSpread: false }],
  ['with one there and proven, the other old', [proven, pod('app-0', { version: '1' })], 'moving app-0'],
  [
    'with one there and not ready for long enough',
    [pod('app-1', { version: '2', ready: 29 }), old],
    'moving -',
  ],
  [
    'with one that is being ended',
    [pod('app-1', { version: '1', isLeaving: true }), pod('app-0', { version: '1' })],
    'moving -',
  ],
  ['with one that pulls', [pod('app-1', { version: '' }), pod('app-0', { version: '1' })], 'moving -'],
  ['all there and proven', [proven, pod('app-0', { version: '2', ready: 1000 })], 'done'],
  ['with fewer pods than it should have', [proven], 'moving -', { replicas: 2 }],
  ['without pods, as it should be', [], 'done', { replicas: 0 }],
  ['without pods for too long', [], 'failed its owner made no pods in time', { replicas: 1, since: 601 }],
  [
    'without one of its pods for too long',
    [old],
    'failed its owner made no pods in time',
    { replicas: 2, since: 601 },
  ],
  [
    'whose old pod does not serve',
    [pod('app-0', { version: '1', unready: 5 }), pod('app-1', { version: '1' })],
    'moving app-0',
  ],
  ['that crashed once', [pod('app-1', { version: '2', ready: 3, restarts: 1 })], 'moving -'],
  [
    'that crashed twice',
    [pod('app-1', { version: '2', ready: 3, restarts: 2 })],
    'failed app-1 crashes: 2 restarts, 0 before',
  ],
  [
    'that waits to be started after a crash',
    [pod('app-1', { version: '2', unready: 3, restarts: 1, waiting: 'CrashLoopBackOff' })],
    'failed app-1 crashes: 1 restarts, 0 before',
  ],
  [
    'that crashed as often as before',
    [pod('app-1', { version: '2', ready: 31, restarts: 3 })],
    'done',
    { entry: { ...entry, restarts: 3 } },
  ],
  [
    'that crashed, where only pods of another time had crashed before',
    [pod('app-1', { version: '2', ready: 31, age: 60, restarts: 2 })],
    'failed app-1 crashes: 2 restarts, 0 before',
    { entry: { ...entry, restarts: 3 } },
  ],
  [
    'that crashed long after it was proven',
    [pod('app-1', { version: '2', ready: 5, restarts: 2 })],
    'failed app-1 crashes: 2 restarts, 0 before',
  ],
  [
    'that is not ready, and nobody could see it for long',
    [pod('app-1', { version: '2', unready: 3000 })],
    'moving -',
    { countsFrom: 599 },
  ],
  [
    'that is not ready in time',
    [pod('app-1', { version: '2', unready: 601 })],
    'failed app-1 was not ready in time',
  ],
  ['that is not ready yet', [pod('app-1', { version: '2', unready: 599 })], 'moving -'],
  [
    'that comes and goes',
    [pod('app-1', { version: '2', ready: 5 })],
    'failed app-1 did not stay ready',
    { since: 601 },
  ],
  [
    'that cannot be pulled',
    [pod('app-1', { version: '', waiting: 'ImagePullBackOff', age: 500 })],
    'failed app-1 did not start in time: ImagePullBackOff',
    { since: 601 },
  ],
  [
    'that cannot be pulled for the moment',
    [pod('app-1', { version: '', waiting: 'ImagePullBackOff', age: 500 })],
    'moving -',
    { since: 10 },
  ],
  [
    'that was stuck before its wave began',
    [pod('app-1', { version: '', waiting: 'ImagePullBackOff' }), pod('app-0', { version: '2' })],
    'moving app-1',
  ],
  [
    'that does not end',
    [pod('app-1', { version: '1', isLeaving: true })],
    'failed app-1 did not end in time',
    { since: 601 },
  ],
  [
    'made after the placement and still old',
    [pod('app-1', { version: '1', age: 10 })],
    'failed app-1 was made after the placement and does not run 2',
    { placed: 100 },
  ],
  [
    'broken before, never ready',
    [pod('app-1', { version: '2', unready: 9999, restarts: 99, waiting: 'CrashLoopBackOff' })],
    'done',
    { entry: broken },
  ],
  [
    'broken before, and old',
    [pod('app-1', { version: '1', unready: 9999 })],
    'moving app-1',
    { entry: broken },
  ],
  ['that nothing can move', [old], 'skipped odd', { obstacle: 'odd' }],
] as const satisfies [string, Pod[], string, Changes?][]) {
  test(`an app ${name}: ${expected}`, (t) => {
    t.is(verdictOf(pods, changes), expected);
  });
}

test('one more pod for a while is waited for before the other goes', (t) => {
  const one = { ...entry, pods: 1, ready: 1 };
  t.is(verdictOf([old], { entry: one, replicas: 2 }), 'moving app-1', 'what lacked before is not waited for');
  t.is(verdictOf([old], { entry: one, replicas: 2, surgedFrom: 1 }), 'moving -');
});

test('what goes back: the broken at once, the others one by one, while nothing is on its way', (t) => {
  const bad = pod('app-0', { version: '2', unready: 5 });
  const stuck = pod('app-1', { version: '', waiting: 'ImagePullBackOff' });
  const good = pod('app-2', { version: '2' });
  const back = (pods: Pod[]) => {
    const { isBack, remove, evict } = judgeReturn(appOf(pods, {}), '2', identify, now - 100_000);
    return [isBack, names(remove), evict?.name];
  };
  t.deepEqual(back([bad, stuck, good]), [false, ['app-0', 'app-1'], undefined]);
  t.deepEqual(back([good, pod('app-3', { version: '2' })]), [false, [], 'app-2']);
  t.deepEqual(back([good, pod('app-3', { version: '1', unready: 1 })]), [false, [], undefined]);
  t.deepEqual(back([good, pod('app-3', { version: '2', isLeaving: true })]), [false, [], undefined]);
  t.deepEqual(back([old]), [true, [], undefined]);
  const stuckAgain = pod('app-1', { version: '', waiting: 'ImagePullBackOff', age: 60 });
  t.deepEqual(back([stuckAgain]), [true, [], undefined], 'to end it once more would help nobody');
  t.deepEqual(judgeReturn(undefined, '2', identify, now), { isBack: true, remove: [], evict: undefined });
});

test('an app is broken before where a pod has not been ready for a while, or crashes; not where one was just moved', (t) => {
  const ready = pod('app-0', { restarts: 2 });
  t.deepEqual(baselineOf(appOf([ready], {}), now - 30_000), {
    broken: false,
    restarts: 2,
    pods: 1,
    ready: 1,
  });
  t.true(baselineOf(appOf([ready, pod('app-1', { unready: 31 })], {}), now - 30_000).broken);
  t.false(baselineOf(appOf([ready, pod('app-1', { unready: 1 })], {}), now - 30_000).broken);
  t.true(baselineOf(appOf([pod('app-1', { waiting: 'CrashLoopBackOff' })], {}), now - 30_000).broken);
  t.like(baselineOf(appOf([ready], { replicas: 2 }), now - 30_000), { broken: false, pods: 1 });
  t.false(baselineOf(appOf([], { replicas: 0 }), now - 30_000).broken);
});

test('an app is broken before that crashes again and again, though it is ready at the moment', (t) => {
  t.true(crashed(2, 1));
  t.false(crashed(1, 1), 'once may be an accident');
  t.false(crashed(9, 31), 'it has been steady since');
  const afterBackOff = pod('app-0', { restarts: 9, crashedAt: now - 300_000, ready: 1 });
  t.true(baselineOf(appOf([afterBackOff], {}), now - 30_000).broken, 'it has just come back');
});

/** @param seconds since it crashed last */
function crashed(restarts: number, seconds: number): boolean {
  const looping = pod('app-0', { restarts, crashedAt: now - seconds * 1000 });
  return baselineOf(appOf([looping], {}), now - 30_000).broken;
}

function names(pods: readonly Pod[]): string[] {
  return pods.map(({ name }) => name);
}

type Changes = {
  entry?: typeof entry;
  placement?: string;
  isSpread?: boolean;
  /** seconds ago */
  placed?: number;
  since?: number;
  countsFrom?: number;
  replicas?: number;
  surgedFrom?: number;
  obstacle?: string;
};

function verdictOf(pods: readonly Pod[], changes: Changes): string {
  const { since = 0, countsFrom = 3600, placed } = changes;
  const circumstances: Circumstances = {
    now,
    identify,
    begun: now - 600_000,
    placement: changes.placement ?? '2',
    isSpread: changes.isSpread ?? true,
    placedSince: placed === undefined ? undefined : now - placed * 1000,
    since: () => now - since * 1000,
    countsFrom: now - countsFrom * 1000,
  };
  const verdict = judge(changes.entry ?? entry, appOf(pods, changes), standard, circumstances);
  if (verdict.state === 'moving') return `moving ${verdict.next?.name ?? '-'}`;
  return 'reason' in verdict ? `${verdict.state} ${verdict.reason}` : verdict.state;
}

function appOf(pods: readonly Pod[], { replicas, surgedFrom, obstacle }: Changes): App {
  const workload = {
    kind: 'StatefulSet' as const,
    namespace: 'apps',
    name: 'app',
    uid: 'app',
    resourceVersion: '1',
    owner: undefined,
    replicas: replicas ?? pods.filter(({ isLeaving }) => !isLeaving).length,
    rollsItself: false,
    hasClaims: false,
    labels: {},
    containers: [],
    isHeld: false,
    surge: undefined,
    surgedFrom,
    restartedFor: undefined,
  };
  return { guid: 'guid-1', workloads: [workload], pods: [...pods], tasks: 0, obstacle };
}

function pod(name: string, { version = '1', ready = 3600, unready, age = 7200, ...rest }: Wishes): Pod {
  return {
    namespace: 'apps',
    name,
    uid: name,
    node: 'node-0',
    owner: { kind: 'StatefulSet', name: 'app', uid: 'app' },
    createdAt: now - age * 1000,
    isLeaving: false,
    isReady: unready === undefined && version !== '',
    readinessSince: now - (unready ?? ready) * 1000,
    restarts: 0,
    crashedAt: undefined,
    waiting: undefined,
    containers: [
      {
        name: 'opi',
        image: { guid: 'guid-1', stack: undefined, reference: { hash, pinned: undefined } },
        imageId: version === '' ? '' : sha256(version),
        alwaysPulls: true,
      },
    ],
    isTask: false,
    ...rest,
  };
}

function identify(_guid: string, digest: string) {
  const version = ['1', '2'].find((each) => sha256(each) === digest);
  return version === undefined ? ('unknown' as const) : { stack: 'cflinuxfs4', version, hash };
}
