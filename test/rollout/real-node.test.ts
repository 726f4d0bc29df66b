/** Rolls on a real node: the patcher has the rights that it is deployed with, and the facade speaks TLS. */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { sampleDroplet } from '../../src/sample/droplet.ts';
import { sampleRootfs } from '../../src/sample/rootfs.ts';
import { clusterApi } from '../helpers/kubernetes/cluster-api.ts';
import { startControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { startNode } from '../helpers/kubernetes/node.ts';
import { pollApp } from '../helpers/kubernetes/poll-app.ts';
import { pullSecret } from '../helpers/kubernetes/pull-secret.ts';
import { rolloutObjects } from '../helpers/kubernetes/rollout-objects.ts';
import type { SimulatedApi } from '../helpers/kubernetes/simulated-api.ts';
import { stackHandle } from '../helpers/kubernetes/stack-handle.ts';
import { startPatcher } from '../helpers/kubernetes/start-patcher.ts';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';
import { toolPath } from '../helpers/tools.ts';

const withNode = testWith(
  'cni/bridge',
  'containerd-2/containerd',
  'ip',
  'kubernetes/etcd',
  'kubernetes/kube-apiserver',
  'kubernetes/kube-controller-manager',
  'kubernetes/kube-scheduler',
  'kubernetes/kubectl',
  'kubernetes/kubelet',
  'kubernetes/pause',
  'openssl',
  'root',
  'runc',
  'setpriv',
  'tar',
  'unshare',
);

const guids = ['pair', 'single', 'deployed', 'brittle'] as const;
type Guid = (typeof guids)[number];
type Pod = {
  metadata: { name: string; labels: { app: Guid }; deletionTimestamp?: string };
  status: { podIP?: string; conditions?: { type: string; status: string }[] };
};

withNode(
  'a bump reaches every process of a real node, what cannot start goes back, and so does all',
  async (t) => {
    const found = await world(t);
    const { cluster, stack, client, patcher } = found;
    t.deepEqual(await sights(found), { pair: [one, one], single: [one], deployed: [one], brittle: [one] });

    await stack.ask('2.0.0');
    const { roll } = await stack.until('rolled', isThrough('2.0.0'), 900);
    t.deepEqual(
      roll?.failures.map(({ guid }) => guid),
      ['brittle'],
      patcher.log(),
    );
    t.regex(roll?.failures[0]?.reason ?? '', /crashes/);
    t.deepEqual(roll?.counts, { apps: 4, waiting: 0, moving: 0, done: 3, failed: 1, skipped: 0 });
    t.deepEqual(await sights(found), { pair: [two, two], single: [two], deployed: [two], brittle: [one] });

    await stack.ask('1.0.0');
    const undone = await stack.until('undone', isThrough('1.0.0'), 900);
    t.is(undone.roll?.kind, 'undo');
    t.deepEqual(undone.roll?.failures, []);
    t.deepEqual(await sights(found), { pair: [one, one], single: [one], deployed: [one], brittle: [one] });

    t.deepEqual(client.failures(), []);
    t.deepEqual(client.answers().map(systemOf), [one, two]);
    t.log(`${client.requests()} requests of a client, all answered`);
    const surged = '{.spec.replicas}{.metadata.annotations.dropstack\\.dev/surged-from}';
    const single = await cluster.kubectl('get', 'statefulset', 'single', '-o', `jsonpath=${surged}`);
    t.is(single.stdout, '1');
  },
);

type World = Awaited<ReturnType<typeof world>>;

/** Four apps that run on a node over 1.0.0, a patcher, and a client of `single`. */
async function world(t: ExecutionContext) {
  const [served, cluster] = await Promise.all([
    startServe(t, { tls: await certificates(t) }),
    startControlPlane(t, { controllers: true, scheduler: true }),
  ]);
  const [images] = await Promise.all([provide(t, served), startNode(t, cluster, [served.puller])]);
  await cluster.apply(...(await rolloutObjects()));
  await cluster.kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
  await cluster.apply(pullSecret('registry', served.puller), ...apps(images), stackOf(served.host));
  const { api, over } = clusterApi(t, cluster);
  await settledPods(api);
  const patcher = startPatcher(t, cluster.kubeconfig('patcher'), served);
  const stack = stackHandle(api);
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  const client = await pollApp(api, 'default', 'app=single', over);
  return { api, cluster, stack, patcher, client };
}

/** Both versions, and a droplet for each app. */
async function provide(owner: Owner, { cli, host }: Served): Promise<Record<Guid, string>> {
  const droplet = join(await tempDir(owner), 'droplet.tgz');
  const { sha1 } = await sampleDroplet(droplet);
  await cli('rootfs', 'import', 'cflinuxfs4', '1.0.0', await rootfs(owner, one, ['etc/first']), '--promote');
  await cli('rootfs', 'import', 'cflinuxfs4', '2.0.0', await rootfs(owner, two));
  for (const guid of guids) await cli('droplet', 'put', guid, droplet);
  const images = guids.map((guid) => [guid, `${host}/cloudfoundry/${guid}:${sha1}`]);
  return Object.fromEntries(images) as Record<Guid, string>;
}

const [one, two] = ['the first system', 'the second system'];

/** The sample rootfs by another name, with these empty files beside its own. */
async function rootfs(owner: Owner, name: string, files: readonly string[] = []): Promise<string> {
  const directory = await tempDir(owner);
  const tar = join(directory, 'rootfs.tar');
  await sampleRootfs(tar);
  await mkdir(join(directory, 'etc'));
  await writeFile(join(directory, 'etc/os-release'), `PRETTY_NAME="${name}"\n`);
  for (const file of files) await appendFile(join(directory, file), '');
  await run(toolPath('tar'), [
    '--owner=0',
    '--group=0',
    '-rf',
    tar,
    '-C',
    directory,
    'etc/os-release',
    ...files,
  ]);
  return tar;
}

function apps(images: Record<Guid, string>): object[] {
  const budget = { minAvailable: 1, selector: { matchLabels: { app: 'pair' } } };
  const needsFirst = [{ name: 'START_COMMAND', value: 'test -e /etc/first && node server.js' }];
  return [
    app('StatefulSet', 'pair', images.pair, { replicas: 2 }),
    { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'pair' }, spec: budget },
    app('StatefulSet', 'single', images.single, { annotations: { 'dropstack.dev/surge': 'true' } }),
    app('Deployment', 'deployed', images.deployed),
    app('StatefulSet', 'brittle', images.brittle, { env: needsFirst }),
  ];
}

type Wishes = { replicas?: number; annotations?: Record<string, string>; env?: object[] };

/** It serves for some seconds more when it is to end, as long as routers may not know. */
function app(kind: 'StatefulSet' | 'Deployment', name: Guid, image: string, wishes: Wishes = {}): object {
  const { replicas = 1, annotations = {}, env = [] } = wishes;
  const container = {
    name: 'opi',
    image,
    env,
    imagePullPolicy: 'Always',
    readinessProbe: { httpGet: { path: '/', port: 8080 }, periodSeconds: 1, timeoutSeconds: 10 },
    lifecycle: { preStop: { sleep: { seconds: 5 } } },
  };
  const labels = { app: name };
  const spec = {
    containers: [container],
    imagePullSecrets: [{ name: 'registry' }],
    securityContext: { runAsNonRoot: true },
    automountServiceAccountToken: false,
  };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, annotations },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function stackOf(registry: string): object {
  return {
    apiVersion: 'dropstack.dev/v1alpha1',
    kind: 'Stack',
    metadata: { name: 'cflinuxfs4' },
    spec: {
      rootfs: { version: '1.0.0' },
      registries: [registry],
      rollout: {
        waves: [{}],
        maxInFlight: { perNode: 4 },
        soak: '5s',
        minReadySeconds: 3,
        progressDeadlineSeconds: 300,
      },
    },
  };
}

function isThrough(version: string): (status: { phase: string; roll?: { to: string } }) => boolean {
  return ({ phase, roll }) => phase === 'Completed' && roll?.to === version;
}

/** Of each app, what its pods run on: what their processes answer over HTTP, and what a shell in them finds, must agree. */
async function sights({ api, cluster }: Pick<World, 'api' | 'cluster'>): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const { metadata, status } of await settledPods(api)) {
    const answered = systemOf(await (await fetch(`http://${status.podIP}:8080/`)).text());
    const seen = (await cluster.kubectl('exec', metadata.name, '--', 'cat', '/etc/os-release')).stdout;
    (found[metadata.labels.app] ??= []).push(
      seen.includes(`"${answered}"`) ? answered : `${answered}, but ${seen}`,
    );
  }
  return found;
}

/** Waits until there are as many pods as there are to be, each ready. */
async function settledPods(api: SimulatedApi): Promise<Pod[]> {
  for (const end = Date.now() + 300_000; ; await delay(200)) {
    const { items } = await api.send<{ items: Pod[] }>('GET', '/api/v1/namespaces/default/pods');
    if (items.length === 5 && items.every(isReady)) return items;
    if (Date.now() > end) throw new Error(`Not all are ready: ${JSON.stringify(items)}`);
  }
}

function isReady({ metadata, status }: Pod): boolean {
  const ready = status.conditions?.find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && ready?.status === 'True';
}

function systemOf(answer: string): string {
  return / on (the \w+ system)/.exec(answer)?.[1] ?? answer;
}
