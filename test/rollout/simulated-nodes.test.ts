/** Simulated nodes before a real control plane and a real facade: what a kubelet would report, they report. */
import test from 'ava';
import { createFleet } from '../helpers/kubernetes/fleet.ts';
import { pollPods } from '../helpers/kubernetes/poll-pods.ts';
import { crashBackOff, pullBackOff } from '../helpers/kubernetes/simulated-back-off.ts';
import { testWith } from '../helpers/test-with.ts';
import { isReady, simulatedWorld, until, versionsOf, type Container, type Pod } from './simulated-world.ts';

const withCluster = testWith(
  'kubernetes/etcd',
  'kubernetes/kube-apiserver',
  'kubernetes/kube-controller-manager',
  'openssl',
  'setpriv',
  'tar',
);

function imageIds(pods: readonly Pod[]): Map<string, string[]> {
  return new Map(
    pods.map(({ metadata, status }) => [
      metadata.name,
      (status.containerStatuses ?? []).map(({ imageID }) => imageID),
    ]),
  );
}

/** The first container, as the node tells of it. */
function first(pod: Pod | undefined): Container | undefined {
  return pod?.status.containerStatuses?.[0];
}

test("back-offs are a kubelet's: none at the first crash, then from 10 s to 5 min", (t) => {
  const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 99].map((crashes) => crashBackOff(crashes, 1) / 1000);
  t.deepEqual(seconds, [0, 10, 20, 40, 80, 160, 300, 300, 300]);
  t.is(pullBackOff(1, 100), 100);
});

/** By node, in the order of the mixture. */
const forms = [
  /^registry\.test\/cloudfoundry\/app-\d\d@sha256:[0-9a-f]{64}$/,
  /^registry\.test\/cloudfoundry\/app-\d\d@sha256:[0-9a-f]{64}$/,
  /^[0-9a-f]{64}$/,
  /^docker-pullable:\/\/registry\.test\/cloudfoundry\/app-\d\d@sha256:[0-9a-f]{64}$/,
  /^sha256:[0-9a-f]{64}$/,
];

withCluster(
  'apps get ready with image IDs in every form; a placed one comes back over its version',
  async (t) => {
    const guids = Array.from({ length: 20 }, (_, at) => `app-${String(at).padStart(2, '0')}`);
    const { served, fleet, pods, pod, remove, place } = await simulatedWorld(t, guids, {
      init: true,
      sidecar: true,
    });
    await fleet.waitUntilReady();
    const before = await pods();
    t.is(before.length, 20);
    for (const each of before) {
      const form = forms[Number(each.spec.nodeName?.replace('node-', ''))];
      if (form === undefined) throw new Error(`An unknown node ${each.spec.nodeName}`);
      for (const { imageID } of each.status.containerStatuses ?? []) t.regex(imageID, form);
      t.deepEqual(await versionsOf(served, each), ['1.0', '1.0', '1.0'], each.metadata.name);
    }
    t.is(new Set(before.map(({ spec }) => spec.nodeName)).size, 5);

    await place('2.0', 'app-03');
    await remove('app-03-0');
    const old = before.find(({ metadata }) => metadata.name === 'app-03-0')?.metadata.uid;
    const after = await until('app-03 is ready again', async () => {
      const found = await pod('app-03-0');
      return found !== undefined && found.metadata.uid !== old && isReady(found) ? found : undefined;
    });
    t.deepEqual(await versionsOf(served, after), ['2.0', '2.0', '2.0']);
    const [then, now] = [imageIds(before), imageIds(await pods())];
    for (const ids of [then, now]) ids.delete('app-03-0');
    t.deepEqual(now, then);
  },
);

withCluster('a container that crashes resolves its tag again, backs off, and heals', async (t) => {
  const rules = [{ guid: 'crashing', crash: { afterMs: 100 } }];
  const { served, nodes, pod, place } = await simulatedWorld(t, ['crashing', 'steady'], { rules });
  await until('it has crashed', async () => {
    const container = first(await pod('crashing-0'));
    return container?.lastState?.terminated && container.restartCount > 1 ? container : undefined;
  });
  const uid = (await pod('crashing-0'))?.metadata.uid;
  await place('2.0', 'crashing');
  await until('it crashes over 2.0', async () => {
    const found = await pod('crashing-0');
    if (found === undefined || (await versionsOf(served, found))[0] !== '2.0') return undefined;
    return first(found)?.state.waiting?.reason === 'CrashLoopBackOff' ? found : undefined;
  });
  await nodes.behave([]);
  const crashes = first(await pod('crashing-0'))?.restartCount ?? 0;
  const healed = await until('it is ready, started by the other rules', async () => {
    const found = await pod('crashing-0');
    return found !== undefined && isReady(found) && (first(found)?.restartCount ?? 0) > crashes
      ? found
      : undefined;
  });
  t.is(healed.metadata.uid, uid ?? '', 'the same pod');
  t.deepEqual(await versionsOf(served, healed), ['2.0']);
  t.is(first(await pod('steady-0'))?.restartCount, 0);
});

withCluster('an app can be unready over one version alone', async (t) => {
  const rules = [{ guid: 'picky', version: '2.0', neverReady: true }];
  const { served, fleet, pod, remove, place } = await simulatedWorld(t, ['picky'], {
    nodes: 1,
    sidecar: true,
    rules,
  });
  await fleet.waitUntilReady();
  await place('2.0', 'picky');
  await remove('picky-0');
  const bad = await until('both containers run 2.0, the second as the first has pulled it', async () => {
    const found = await pod('picky-0');
    return found !== undefined && (await versionsOf(served, found)).join() === '2.0,2.0' ? found : undefined;
  });
  t.truthy(first(bad)?.state.running);
  t.false(isReady(bad));
  await place('1.0', 'picky');
  await remove('picky-0');
  const good = await until('it is ready again', async () => {
    const found = await pod('picky-0');
    return found !== undefined && isReady(found) ? found : undefined;
  });
  t.deepEqual(await versionsOf(served, good), ['1.0', '1.0']);
});

withCluster('an app can crash so many times, or waver without a crash', async (t) => {
  const rules = [{ guid: 'twice', crash: { afterMs: 100, times: 2 } }];
  const { api, over, nodes, fleet, pod, remove } = await simulatedWorld(t, ['twice', 'wavering'], { rules });
  await until('it is ready after two crashes', async () => {
    const found = await pod('twice-0');
    return found !== undefined && isReady(found) && first(found)?.restartCount === 2 ? found : undefined;
  });
  await fleet.waitUntilReady();
  const polled = await pollPods(api, fleet.namespace, 'wavering', over);
  await nodes.behave([{ guid: 'wavering', readyAfterMs: 100, unready: { afterMs: 100, forMs: 100 } }]);
  await remove('wavering-0');
  await until('two gaps are over: one until its pod was replaced, one in which that wavered', async () => {
    const [, second] = polled.gaps();
    return second?.to;
  });
  t.is(first(await pod('wavering-0'))?.restartCount, 0);
  t.is(first(await pod('twice-0'))?.restartCount, 2);
});

withCluster('pods wait in ImagePullBackOff while the facade is away, and heal', async (t) => {
  const { served, serve, fleet, pod, remove } = await simulatedWorld(t, ['waiting', 'running']);
  await fleet.waitUntilReady();
  served.kill('SIGKILL');
  await served.ended;
  await remove('waiting-0');
  const waiting = await until('it cannot be pulled', async () => {
    const found = await pod('waiting-0');
    return first(found)?.state.waiting?.reason === 'ImagePullBackOff' ? found : undefined;
  });
  t.is(first(waiting)?.imageID, '');
  const running = await pod('running-0');
  t.true(running !== undefined && isReady(running));
  const again = await serve();
  await fleet.waitUntilReady();
  const healed = await pod('waiting-0');
  t.deepEqual(healed && (await versionsOf(again, healed)), ['1.0']);
});

withCluster('pods go on as before when the API server has been away', async (t) => {
  const { controlPlane, served, fleet, pod, remove, place } = await simulatedWorld(t, ['lasting']);
  await fleet.waitUntilReady();
  const before = await pod('lasting-0');
  await controlPlane.parts.apiServer.kill();
  await place('2.0', 'lasting');
  await controlPlane.parts.apiServer.start();
  t.deepEqual(await pod('lasting-0').then(first), first(before), 'nothing happened to it');
  await remove('lasting-0');
  const after = await until('another is ready', async () => {
    const found = await pod('lasting-0');
    return found !== undefined && found.metadata.uid !== before?.metadata.uid && isReady(found)
      ? found
      : undefined;
  });
  t.deepEqual(await versionsOf(served, after), ['2.0']);
});

withCluster(
  'a cordoned node gets no pods; a router sees gaps of one instance, none of two in turn',
  async (t) => {
    const two = await simulatedWorld(t, ['two-of'], { instances: 2, budgets: true });
    const { api, over, fleet, pods, path } = two;
    const one = await createFleet(api, {
      apps: [{ guid: 'one-of', image: 'elsewhere.test/any:1' }],
      namespace: 'other',
      kind: 'Deployment',
    });
    await Promise.all([fleet.waitUntilReady(), one.waitUntilReady()]);
    const polled = await pollPods(api, fleet.namespace, 'two-of', over);
    const polledOne = await pollPods(api, 'other', 'one-of', over);
    await api.send('PATCH', '/api/v1/nodes/node-000', {
      body: { spec: { unschedulable: true } },
      type: 'application/merge-patch+json',
    });
    for (const { metadata } of await pods())
      await api.send('POST', `${path}/${metadata.name}/eviction`, {
        body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: metadata.name } },
      });
    await api.send('DELETE', '/api/v1/namespaces/other/pods', { body: {} });
    await until('a gap is over', async () => polledOne.gaps().find(({ to }) => to !== undefined));
    await fleet.waitUntilReady();
    t.is(polledOne.gaps().length, 1);
    t.deepEqual(polled.gaps(), []);
    t.deepEqual(
      (await pods()).filter(({ spec }) => spec.nodeName === 'node-000'),
      [],
    );
  },
);
