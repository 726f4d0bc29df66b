/** One more pod for a while: apps of one instance roll without a moment in which nobody serves. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { pollPods, type PolledPods } from '../helpers/kubernetes/poll-pods.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';
const surged = ['surge-0', 'surge-1', 'surge-2', 'surge-3'];
const merge = 'application/merge-patch+json';

withCluster('apps of one instance with surge always serve, and are as before afterwards', async (t) => {
  const others = ['own-no', 'own-owned', 'own-volume', 'own-two'];
  const found = await foundation(t, {
    guids: [...surged, ...others],
    rollout: { waves: [{}], surge: true, minReadySeconds: 2 },
  });
  const { startPatcher, stack, fleet } = found;
  await change(found, 'own-no', { metadata: { annotations: { 'dropstack.dev/surge': 'false' } } });
  await change(found, 'own-owned', { metadata: { ownerReferences: [await controller(found)] } });
  await change(found, 'own-volume', volume);
  await change(found, 'own-two', { spec: { replicas: 2 } });
  await fleet.waitUntilReady(surged.length + others.length + 1);
  const before = await workloads(found);

  const most = await watchReplicas(t, found);
  const polled = await poll(t, found, surged);
  const patcher = startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  await stack.ask(version);
  const { message } = await stack.until('completed', ({ phase }) => phase === 'Completed', 200);
  t.is(message, '8 of 8 apps run 2.0', patcher.log());
  for (const [guid, { gaps }] of polled) t.deepEqual(gaps(), [], `${guid} was not served all the time`);
  await expectRunning(t, found, {
    ...Object.fromEntries([...surged, ...others].map((guid) => [guid, [version]])),
    'own-two': [version, version],
  });
  t.deepEqual(await workloads(found), before);
  for (const guid of surged) t.is(most().get(guid), 2, guid);
  for (const guid of others) t.is(most().get(guid), guid === 'own-two' ? 2 : 1, guid);
});

withCluster('killed in the middle of a surge and started again, the patcher ends it as well', async (t) => {
  const found = await foundation(t, { guids: surged, rollout: { waves: [{}], minReadySeconds: 3 } });
  const { startPatcher, stack } = found;
  for (const guid of surged)
    await change(found, guid, { metadata: { annotations: { 'dropstack.dev/surge': 'true' } } });
  const before = await workloads(found);
  const polled = await poll(t, found, surged);
  const patcher = startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  await stack.ask(version);
  await until('an app has one more', async () => (await surgedNow(found)).length > 0);
  patcher.kill('SIGKILL');
  await patcher.ended;
  t.true((await surgedNow(found)).length > 0, 'it was killed in the middle');

  const second = startPatcher();
  await stack.until('completed', ({ phase }) => phase === 'Completed', 200);
  await expectRunning(t, found, Object.fromEntries(surged.map((guid) => [guid, [version]])));
  for (const [guid, { gaps }] of polled) t.deepEqual(gaps(), [], second.log() + guid);
  t.deepEqual(await workloads(found), before);
});

withCluster('a surge that is aborted, or whose app fails, leaves no pod behind', async (t) => {
  const found = await foundation(t, {
    guids: surged,
    rules: [{ guid: 'surge-3', version, neverReady: true }],
    rollout: { waves: [{}], surge: true, minReadySeconds: 4, progressDeadlineSeconds: 10 },
  });
  const { startPatcher, stack } = found;
  const before = await workloads(found);
  const polled = await poll(t, found, surged);
  startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  await stack.ask(version);
  const { roll } = await stack.until('one failed', ({ roll: at }) => at?.failures.length === 1);
  t.is(roll?.failures[0]?.guid, 'surge-3');
  await stack.until('completed', ({ phase }) => phase === 'Completed');
  await expectRunning(t, found, { 'surge-0': [version], 'surge-3': ['1.0'] });
  t.deepEqual(await workloads(found), before);
  t.deepEqual(polled.get('surge-3')?.gaps(), [], 'what failed was one more');

  await stack.ask('1.0');
  await until('an app has one more', async () => (await surgedNow(found)).length > 0);
  const { roll: undo } = (await stack.status()) ?? {};
  await stack.annotate({ 'dropstack.dev/abort': undo?.id ?? '' });
  await stack.until('aborted', ({ phase }) => phase === 'Aborted');
  await until('each has as many as before', async () => (await surgedNow(found)).length === 0);
  t.deepEqual(await workloads(found), before);
});

type Workload = {
  metadata: { name: string; annotations?: Record<string, string> };
  spec: { replicas: number };
};

/** All of them as they are, but for what changes with each write. */
async function workloads({ api, fleet }: Foundation): Promise<object[]> {
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets`;
  const { items } = await api.send<{ items: Workload[] }>('GET', path);
  const volatile = new Set(['resourceVersion', 'managedFields', 'generation']);
  return items.map(({ metadata, spec }) => {
    const kept = Object.entries(metadata).filter(([name]) => !volatile.has(name));
    return { metadata: Object.fromEntries(kept), spec };
  });
}

async function surgedNow(found: Foundation): Promise<string[]> {
  const all = (await workloads(found)) as Workload[];
  return all
    .filter(({ metadata }) => metadata.annotations?.['dropstack.dev/surged-from'] !== undefined)
    .map(({ metadata }) => metadata.name);
}

async function change({ api, fleet }: Foundation, guid: string, body: object): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets/${guid}`;
  await api.send('PATCH', path, { body, type: merge });
}

/** Something that owns workloads, and never writes them. */
async function controller({ api, fleet }: Foundation): Promise<object> {
  const [kind, apiVersion, name] = ['ConfigMap', 'v1', 'owner'];
  const path = `/api/v1/namespaces/${fleet.namespace}/configmaps`;
  const { metadata } = await api.send<{ metadata: { uid: string } }>('POST', path, {
    body: { metadata: { name } },
  });
  return { apiVersion, kind, name, uid: metadata.uid, controller: true };
}

const volume = {
  spec: {
    template: { spec: { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] } },
  },
};

async function poll(
  t: ExecutionContext,
  { api, fleet }: Foundation,
  guids: readonly string[],
): Promise<Map<string, PolledPods>> {
  const over = endOf(t);
  const polled = guids.map(async (guid) => [guid, await pollPods(api, fleet.namespace, guid, over)] as const);
  return new Map(await Promise.all(polled));
}

/** The most replicas that each was seen to have. */
async function watchReplicas(
  t: ExecutionContext,
  found: Foundation,
): Promise<() => ReadonlyMap<string, number>> {
  const over = endOf(t);
  const most = new Map<string, number>();
  const look = async (): Promise<void> => {
    for (const { metadata, spec } of (await workloads(found)) as Workload[])
      most.set(metadata.name, Math.max(most.get(metadata.name) ?? 0, spec.replicas));
  };
  await look();
  void (async () => {
    for (; !over.aborted; await delay(300)) await look();
  })().catch((error: unknown) => {
    if (!over.aborted) throw error;
  });
  return () => most;
}

function endOf(t: ExecutionContext): AbortSignal {
  const over = new AbortController();
  t.teardown(() => over.abort());
  return over.signal;
}

async function until(what: string, fits: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; !(await fits()); await delay(100))
    if (Date.now() > end) throw new Error(`Not within 90 s: ${what}`);
}
