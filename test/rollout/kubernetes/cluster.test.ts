import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { z } from 'zod';
import { parseWorkload } from '../../../src/rollout/fleet/parse-workload.ts';
import type { Workload } from '../../../src/rollout/fleet/workload.ts';
import type { Api } from '../../../src/rollout/kubernetes/api.ts';
import { isExpired } from '../../../src/rollout/kubernetes/api-failure.ts';
import { EventRecorder } from '../../../src/rollout/kubernetes/event-recorder.ts';
import { Leadership } from '../../../src/rollout/kubernetes/leadership.ts';
import { Lease } from '../../../src/rollout/kubernetes/lease.ts';
import { Mirror } from '../../../src/rollout/kubernetes/mirror.ts';
import { openApi } from '../../../src/rollout/kubernetes/open-api.ts';
import { podActions, type PodRef } from '../../../src/rollout/kubernetes/pod-actions.ts';
import { startControlPlane, type ControlPlane } from '../../helpers/kubernetes/control-plane.ts';
import { run } from '../../helpers/run.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';
import { toolPath } from '../../helpers/tools.ts';
import { controlPlaneTools } from '../rollout-tools.ts';

const withControlPlane = testWith(...controlPlaneTools);

const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let started: Promise<ControlPlane> | undefined;
let opened: Promise<Api> | undefined;

/** One control plane, with its controllers, for all tests that do no harm to it. */
async function cluster(): Promise<{ plane: ControlPlane; api: Api }> {
  started ??= startControlPlane(stack, { controllers: true });
  const plane = await started;
  opened ??= openApi({ kubeconfig: plane.kubeconfig('admin') }).then((api) => {
    stack.defer(() => api.close());
    return api;
  });
  return { plane, api: await opened };
}

const labelled = (app: string, more: object = {}) => ({ labels: { app }, ...more });
const podsPath = '/api/v1/namespaces/default/pods';
const image = 'registry.example.org/cloudfoundry/abcdef:' + 'a'.repeat(40);
const container = { name: 'opi', image, imagePullPolicy: 'Always' };
const registries = new Set(['registry.example.org']);
const identified = z.object({
  metadata: z.object({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
});

function nameOf(object: unknown): string {
  return identified.parse(object).metadata.name;
}

/** A pod on no node, that says of itself to be ready. */
async function createPod(api: Api, name: string, app: string): Promise<PodRef> {
  const spec = { containers: [container], terminationGracePeriodSeconds: 0 };
  const pod = await api.create(podsPath, { metadata: labelled(app, { name }), spec });
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await api.patch(`${podsPath}/${name}/status`, { status }, 'merge');
  return { namespace: 'default', name, uid: identified.parse(pod).metadata.uid };
}

async function createWorkload(api: Api, kind: 'Deployment' | 'StatefulSet', name: string): Promise<Workload> {
  const path = `/apis/apps/v1/namespaces/default/${kind.toLowerCase()}s`;
  const template = { metadata: labelled(name), spec: { containers: [container] } };
  const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template };
  const body = { apiVersion: 'apps/v1', kind, metadata: { name }, spec };
  const workload = parseWorkload(kind, await api.create(path, body), registries);
  if (workload === undefined) throw new Error('It is none of ours');
  return workload;
}

async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 60_000; !(await condition()); await delay(50)) {
    if (Date.now() > end) throw new Error(`Not within 60 s: ${what}`);
  }
}

withControlPlane('pages, and a watch from there on', async (t) => {
  const { api } = await cluster();
  const path = '/api/v1/namespaces/default/configmaps';
  for (let i = 0; i < 7; i++) await api.create(path, { metadata: labelled('paged', { name: `paged-${i}` }) });
  const ours = `${path}?labelSelector=app%3Dpaged`;
  const { items, resourceVersion } = await api.list(ours, nameOf, { limit: 3 });
  t.deepEqual(
    items,
    Array.from({ length: 7 }, (_, i) => `paged-${i}`),
  );
  await api.create(path, { metadata: labelled('paged', { name: 'late' }) });
  const stop = new AbortController();
  for await (const { type, object } of api.watch(ours, resourceVersion, stop.signal)) {
    t.deepEqual([type, nameOf(object)], ['ADDED', 'late']);
    break;
  }
});

withControlPlane('a mirror goes on after the API server was away', async (t) => {
  const plane = await startControlPlane(t);
  const api = await openApi({ kubeconfig: plane.kubeconfig('admin') });
  t.teardown(() => api.close());
  const path = '/api/v1/namespaces/default/configmaps';
  const mirror = new Mirror(api, path, nameOf, { longestPause: 500 });
  t.teardown(() => mirror.close());
  const has = (name: string) => [...mirror.items()].includes(name);
  await mirror.synced;
  await api.create(path, { metadata: { name: 'one' } });
  await until(() => has('one'), 'one is seen');
  await plane.parts.apiServer.kill();
  await until(() => mirror.staleSince !== undefined, 'it is stale');
  t.true(has('one'));
  await plane.parts.apiServer.start();
  await api.create(path, { metadata: { name: 'two' } });
  await until(() => has('two') && mirror.staleSince === undefined, 'two is seen');
  await api.remove(`${path}/one`, { uid: await uidOf(api, `${path}/one`) });
  await until(() => !has('one'), 'one has gone');
  // Which versions an API server still knows begins anew with it: a watch from before is told to list again.
  const error = await t.throwsAsync(api.watch(path, '1', new AbortController().signal).next());
  t.true(isExpired(error), String(error));
});

async function uidOf(api: Api, path: string): Promise<string> {
  return (await api.get(path, identified)).metadata.uid;
}

withControlPlane('a disruption budget blocks an eviction, and lets it pass later', async (t) => {
  const pressed: number[] = [];
  const { plane } = await cluster();
  const api = await openApi({
    kubeconfig: plane.kubeconfig('admin'),
    pressed: (seconds) => pressed.push(seconds),
  });
  t.teardown(() => api.close());
  const actions = podActions(api);
  const budget = { minAvailable: 1, selector: { matchLabels: { app: 'guarded' } } };
  await api.create('/apis/policy/v1/namespaces/default/poddisruptionbudgets', {
    metadata: { name: 'guarded' },
    spec: budget,
  });
  const first = await createPod(api, 'guarded-0', 'guarded');
  let answer = await actions.evict(first);
  // Until the controller has seen pod and budget, the API server says that they are being processed.
  t.true(
    typeof answer === 'object' && /disruption budget guarded/.test(answer.blocked),
    JSON.stringify(answer),
  );
  await until(async () => {
    answer = await actions.evict(first);
    return typeof answer === 'object' && /needs 1 healthy pods and has 1 currently/.test(answer.blocked);
  }, 'the budget is known');
  await createPod(api, 'guarded-1', 'guarded');
  await until(async () => (answer = await actions.evict(first)) === 'evicted', 'it may go');
  await until(async () => (await actions.evict(first)) === 'gone', 'it has gone');
  t.deepEqual(pressed, [], 'a budget is no pressure');
});

withControlPlane('a pod of two disruption budgets is said to be blocked, at once', async (t) => {
  const { api } = await cluster();
  for (const name of ['twice-1', 'twice-2']) {
    const spec = { maxUnavailable: 1, selector: { matchLabels: { app: 'twice' } } };
    await api.create('/apis/policy/v1/namespaces/default/poddisruptionbudgets', { metadata: { name }, spec });
  }
  const pod = await createPod(api, 'twice', 'twice');
  const answer = await podActions(api).evict(pod);
  t.true(typeof answer === 'object' && /more than one PodDisruptionBudget/.test(answer.blocked));
});

withControlPlane('a pod that took the name of another is not meant', async (t) => {
  const { api } = await cluster();
  const actions = podActions(api);
  const old = await createPod(api, 'again', 'again');
  await api.remove(`${podsPath}/again`, { uid: old.uid });
  await until(async () => (await actions.evict(old)) === 'gone', 'it has gone');
  const { uid } = await createPod(api, 'again', 'again');
  t.is(await actions.evict(old), 'gone');
  t.is(await actions.remove(old, () => true), 'gone');
  t.is(await uidOf(api, `${podsPath}/again`), uid);
});

function isReady(pod: unknown): boolean {
  return /"type":"Ready","status":"True"/.test(JSON.stringify(pod));
}

withControlPlane('a pod is removed as it was judged, or spared', async (t) => {
  const { api } = await cluster();
  const actions = podActions(api);
  const pod = await createPod(api, 'broken', 'broken');
  t.is(await actions.remove(pod, (object) => !isReady(object)), 'spared');
  await t.throwsAsync(api.remove(`${podsPath}/broken`, { uid: pod.uid, resourceVersion: '1' }), {
    code: 'conflict',
  });
  t.is(await actions.remove(pod, isReady), 'removed');
  t.is(await actions.remove(pod, isReady), 'gone');
});

withControlPlane('a Deployment is restarted by its template, once for a cause', async (t) => {
  const { api } = await cluster();
  const actions = podActions(api);
  const seen = await createWorkload(api, 'Deployment', 'restarted');
  const path = '/apis/apps/v1/namespaces/default/deployments/restarted';
  const read = async () => parseWorkload('Deployment', await api.get(path, z.unknown()), registries) ?? seen;
  t.is(await actions.restart({ ...seen, resourceVersion: '1' }, 'roll-1'), 'changed');
  await until(
    async () => (await actions.restart(await read(), 'roll-1')) === 'done',
    'nobody writes in between',
  );
  const restarted = await read();
  t.is(restarted.restartedFor, 'roll-1');
  const generation = z.object({ metadata: z.object({ generation: z.int() }) });
  const before = await api.get(path, generation);
  await until(
    async () => (await actions.restart(await read(), 'roll-1')) === 'done',
    'nobody writes in between',
  );
  t.deepEqual(await api.get(path, generation), before);
  await api.remove(path, { uid: seen.uid });
  await until(async () => (await actions.restart(restarted, 'roll-2')) === 'gone', 'it has gone');
});

withControlPlane('a workload gets one more pod, and has as many as before afterwards', async (t) => {
  const { api } = await cluster();
  const actions = podActions(api);
  const seen = await createWorkload(api, 'StatefulSet', 'surged');
  const path = '/apis/apps/v1/namespaces/default/statefulsets/surged';
  const read = async () => parseWorkload('StatefulSet', await api.get(path, z.unknown()), registries) ?? seen;
  t.is(await actions.scale({ ...seen, resourceVersion: '1' }, 2, 1), 'changed');
  await until(async () => (await actions.scale(await read(), 2, 1)) === 'done', 'nobody writes in between');
  t.like(await read(), { replicas: 2, surgedFrom: 1 });
  await until(async () => (await actions.scale(await read(), 1, undefined)) === 'done', 'nor now');
  t.like(await read(), { replicas: 1, surgedFrom: undefined });
});

withControlPlane('a merge patch says that an object has changed; a JSON patch cannot', async (t) => {
  const { api } = await cluster();
  const path = '/api/v1/namespaces/default/configmaps';
  await api.create(path, { metadata: { name: 'patched' } });
  const { metadata } = await api.get(`${path}/patched`, identified);
  const { uid, resourceVersion } = metadata;
  const patched = await api.patch(`${path}/patched`, { metadata, data: { a: '1' } }, 'merge');
  t.not(identified.parse(patched).metadata.resourceVersion, resourceVersion);
  const late = { metadata: { uid, resourceVersion }, data: { a: '2' } };
  await t.throwsAsync(api.patch(`${path}/patched`, late, 'merge'), { code: 'conflict' });
  const failing = [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];
  const malformed = [{ op: 'remove', path: '/no/such' }];
  for (const patch of [failing, malformed])
    await t.throwsAsync(api.patch(`${path}/patched`, patch, 'json'), {
      code: 'invalid',
      message: /due to an error/,
    });
});

withControlPlane('two contenders: when one is killed, the other leads; when it ends, at once', async (t) => {
  const { api, plane } = await cluster();
  const name = { namespace: 'default', name: 'patcher' };
  const log: string[] = [];
  const work = (who: string) => async (signal: AbortSignal) => {
    log.push(who);
    await delay(600_000, undefined, { signal }).catch(() => undefined);
  };
  // A process that is killed renews no more, and says nothing: its connections are cut.
  const doomed = await openApi({ kubeconfig: plane.kubeconfig('admin'), patience: { total: 0 } });
  const terms = { renewDeadline: 20_000, renewEvery: 500, lookEvery: 200 };
  const [stop, stopDoomed] = [new AbortController(), new AbortController()];
  const first = new Leadership(new Lease(doomed, { ...name, identity: 'one' }, 3), terms);
  const dying = first.run(stopDoomed.signal, work('one'));
  await until(() => log.length === 1, 'one leads');
  const second = new Leadership(new Lease(api, { ...name, identity: 'two' }, 60), terms);
  const running = second.run(stop.signal, work('two'));
  await doomed.close();
  await until(() => log.length === 2, 'two leads');
  stopDoomed.abort();
  await dying;
  const third = new Leadership(new Lease(api, { ...name, identity: 'three' }, 60), terms);
  const stopThird = new AbortController();
  const waiting = third.run(stopThird.signal, work('three'));
  await delay(500);
  t.deepEqual(log, ['one', 'two']);
  stop.abort();
  await running;
  await until(() => log.length === 3, 'three leads');
  stopThird.abort();
  await waiting;
  t.deepEqual(log, ['one', 'two', 'three']);
});

withControlPlane('events are there for kubectl', async (t) => {
  const { api, plane } = await cluster();
  const failures: unknown[] = [];
  const events = new EventRecorder(api, {
    instance: 'patcher-0',
    onFailure: (error) => failures.push(error),
  });
  const regarding = { apiVersion: 'dropstack.dev/v1alpha1', kind: 'Stack', name: 'cflinuxfs4', uid: 'u-1' };
  events.record(regarding, { type: 'Warning', reason: 'AppFailed', action: 'Roll', note: 'é'.repeat(900) });
  await events.flush();
  t.deepEqual(failures, []);
  const ours = ['--field-selector', 'involvedObject.name=cflinuxfs4'];
  const { stdout } = await plane.kubectl('get', 'events', ...ours, '-o', 'jsonpath={.items[*].reason}');
  t.is(stdout, 'AppFailed');
});

withControlPlane('a right that is missing is named', async (t) => {
  const { plane } = await cluster();
  const api = await openApi({ kubeconfig: plane.kubeconfig('patcher') });
  t.teardown(() => api.close());
  await t.throwsAsync(
    api.list('/api/v1/pods', () => undefined),
    {
      code: 'denied',
      message: /User "patcher" cannot list resource "pods".*: grant it by a role$/,
    },
  );
});

withControlPlane('credentials of a plugin, which gives others when they are refused', async (t) => {
  const { plane } = await cluster();
  const directory = await tempDir(t);
  const plugin = join(directory, 'plugin.sh');
  await writeFile(
    plugin,
    `#!/bin/sh
token=${plane.token('admin')}
test -e ${directory}/called || token=outdated
touch ${directory}/called
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$token'"}}'
`,
  );
  await chmod(plugin, 0o755);
  const api = await openApi({
    kubeconfig: await kubeconfig(directory, plane, {
      exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' },
    }),
  });
  t.teardown(() => api.close());
  t.is((await api.get('/api/v1/namespaces/default', identified)).metadata.name, 'default');
});

withControlPlane('a client certificate, and another one when its file is replaced', async (t) => {
  const directory = await tempDir(t);
  const at = (name: string) => join(directory, name);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc'];
  const certify = (user: string, name: string, ...more: string[]) => {
    const files = ['-keyout', at(`${name}-key.pem`), '-out', at(`${name}.pem`)];
    const subject = ['-x509', '-days', '1', '-subj', `/CN=${user}`];
    return run(toolPath('openssl'), [
      'req',
      '-config',
      '/dev/null',
      ...newKey,
      ...subject,
      ...files,
      ...more,
    ]);
  };
  await certify('clients', 'ca', '-addext', 'basicConstraints=critical,CA:TRUE');
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca-key.pem')];
  const forClients = [
    '-addext',
    'basicConstraints=critical,CA:FALSE',
    '-addext',
    'extendedKeyUsage=clientAuth',
  ];
  const issue = (user: string) => certify(user, 'user', ...signed, ...forClients);
  await issue('alice');
  const plane = await startControlPlane(t, { flags: { apiServer: [`--client-ca-file=${at('ca.pem')}`] } });
  const user = { 'client-certificate': 'user.pem', 'client-key': 'user-key.pem' };
  const api = await openApi({ kubeconfig: await kubeconfig(directory, plane, user) });
  t.teardown(() => api.close());
  const whoAmI = async () => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    return z
      .object({ status: z.object({ userInfo: z.object({ username: z.string() }) }) })
      .parse(await api.create('/apis/authentication.k8s.io/v1/selfsubjectreviews', body)).status.userInfo
      .username;
  };
  t.is(await whoAmI(), 'alice');
  await issue('bob');
  await until(async () => (await whoAmI()) === 'bob', 'it is bob');
});

async function kubeconfig(directory: string, plane: ControlPlane, user: object): Promise<string> {
  const path = join(directory, 'kubeconfig');
  const config = {
    clusters: [{ name: 'c', cluster: { server: plane.url, 'certificate-authority': plane.ca } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}
