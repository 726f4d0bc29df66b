import test from 'ava';
import { parseBudget } from '../../../src/rollout/fleet/budget.ts';
import { gatherApps } from '../../../src/rollout/fleet/gather-apps.ts';
import { parsePod } from '../../../src/rollout/fleet/parse-pod.ts';
import { parseWorkload } from '../../../src/rollout/fleet/parse-workload.ts';

const registries = new Set(['r.test']);
const hash = 'a'.repeat(40);
const image = `r.test/cloudfoundry/guid-1:${hash}`;

type Wishes = {
  containers?: object[];
  initContainers?: object[];
  owner?: object | null;
  restartPolicy?: string;
  annotations?: Record<string, string>;
  budget?: object;
  expectedPods?: number;
};

const always = { name: 'opi', image, imagePullPolicy: 'Always' };

for (const [name, wishes, expected] of [
  ['as Eirini makes it', {}, undefined],
  [
    'with a sidecar that pulls where it is missing',
    { containers: [always, { name: 'side', image, imagePullPolicy: 'IfNotPresent' }] },
    undefined,
  ],
  [
    'with a sidecar of another image',
    { containers: [{ name: 'proxy', image: 'elsewhere/envoy:1' }, always] },
    undefined,
  ],
  [
    'that pulls where it is missing',
    { containers: [{ ...always, imagePullPolicy: 'IfNotPresent' }] },
    /container opi does not pull Always/,
  ],
  [
    'whose init container, which comes first, does not pull',
    { initContainers: [{ name: 'init', image, imagePullPolicy: 'Never' }] },
    /container init does not pull Always/,
  ],
  ['pinned', { containers: [{ ...always, image: `${image}-1.0` }] }, /pinned to 1\.0/],
  [
    'by digest',
    { containers: [{ ...always, image: `r.test/cloudfoundry/guid-1@sha256:${'b'.repeat(64)}` }] },
    /names a digest/,
  ],
  [
    'of two droplets',
    { containers: [always, { ...always, name: 'b', image: `r.test/cloudfoundry/guid-1:${'c'.repeat(40)}` }] },
    /name 2 droplets/,
  ],
  ['that nothing owns', { owner: null }, /has no owner/],
  ['that is static', { owner: { kind: 'Node', name: 'n', uid: 'n', controller: true } }, /is static/],
  ['that is held', { annotations: { 'dropstack.dev/hold': 'true' } }, /is held/],
  ['under a budget that allows one', { budget: { minAvailable: 1 }, expectedPods: 2 }, undefined],
  ['under a budget that allows none', { budget: { minAvailable: 1 }, expectedPods: 1 }, /budget b can never/],
  ['under a budget of all', { budget: { minAvailable: '100%' }, expectedPods: 3 }, /budget b can never/],
  ['under a budget of most', { budget: { minAvailable: '60%' }, expectedPods: 3 }, undefined],
  ['under a budget of zero', { budget: { maxUnavailable: 0 }, expectedPods: 3 }, /budget b can never/],
  [
    'under a budget of zero percent',
    { budget: { maxUnavailable: '0%' }, expectedPods: 3 },
    /budget b can never/,
  ],
  [
    'under a budget for others',
    { budget: { maxUnavailable: 0, selector: { matchLabels: { app: 'other' } } }, expectedPods: 3 },
    undefined,
  ],
] as const satisfies [string, Wishes, RegExp | undefined][]) {
  test(`an app ${name} ${expected === undefined ? 'can be moved' : 'cannot be moved'}`, (t) => {
    const obstacle = appOf(wishes)?.obstacle;
    if (expected === undefined) t.is(obstacle, undefined);
    else t.regex(obstacle ?? '', expected);
  });
}

test('a pod that two budgets select is evicted by none', (t) => {
  const workload = parseWorkload('StatefulSet', workloadOf({}), registries);
  const budgets = ['a', 'b'].flatMap(
    (name) => parseBudget(budgetOf({ budget: { maxUnavailable: 1 }, expectedPods: 3 }, name)) ?? [],
  );
  const app = gatherApps({ pods: [], workloads: workload ? [workload] : [], budgets }).get('guid-1');
  t.is(app?.obstacle, 'disruption budgets a and b both select its pods');
});

test('a task is counted, and is no pod of the app', (t) => {
  const job = { kind: 'Job', name: 'task', uid: 'j', controller: true };
  const task = parsePod(podOf({ owner: job, restartPolicy: 'Never' }), registries);
  const app = gatherApps({ pods: task ? [task] : [], workloads: [], budgets: [] }).get('guid-1');
  t.like(app, { tasks: 1, pods: [] });
});

function appOf(wishes: Wishes) {
  const pod = parsePod(podOf(wishes), registries);
  const workload = parseWorkload('StatefulSet', workloadOf(wishes), registries);
  const budget = wishes.budget && parseBudget(budgetOf(wishes));
  return gatherApps({
    pods: pod ? [pod] : [],
    workloads: workload ? [workload] : [],
    budgets: budget ? [budget] : [],
  }).get('guid-1');
}

const metadata = (name: string) => ({
  namespace: 'apps',
  name,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
});

function podOf({ containers = [always], initContainers = [], owner, restartPolicy }: Wishes): object {
  const set = { kind: 'StatefulSet', name: 'app', uid: 'app', controller: true };
  const ownerReferences = owner === null ? [] : [owner ?? set];
  return {
    metadata: { ...metadata('app-0'), ownerReferences },
    spec: { containers, initContainers, ...(restartPolicy === undefined ? {} : { restartPolicy }) },
  };
}

function workloadOf({ containers = [always], initContainers = [], annotations = {} }: Wishes): object {
  const template = { metadata: { labels: { app: 'app' } }, spec: { containers, initContainers } };
  return { metadata: { ...metadata('app'), annotations }, spec: { replicas: 1, template } };
}

function budgetOf({ budget, expectedPods }: Wishes, name = 'b'): object {
  const spec = { selector: { matchLabels: { app: 'app' } }, ...budget };
  return { metadata: metadata(name), spec, status: { expectedPods } };
}
