import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { sampleRootfs } from '../../src/sample/rootfs.ts';
import { startControlPlane, type ControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { startNode } from '../helpers/kubernetes/node.ts';
import { pullSecret } from '../helpers/kubernetes/pull-secret.ts';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { provideSample } from '../helpers/sample.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';
import { toolPath } from '../helpers/tools.ts';
import { controlPlaneTools } from './rollout-tools.ts';

const nodeTools = [
  'cni/bridge',
  'containerd-2/containerd',
  'ip',
  'kubernetes/kubelet',
  'kubernetes/pause',
  'root',
  'runc',
  'unshare',
] as const;

const withControlPlane = testWith(...controlPlaneTools);
const withNode = testWith(...controlPlaneTools, ...nodeTools);

withControlPlane('an API server and its store go away and come back with all that was there', async (t) => {
  const { kubectl, parts } = await startControlPlane(t);
  await kubectl('create', 'namespace', 'apps');
  await parts.apiServer.kill();
  t.is(parts.apiServer.pid(), undefined);
  await t.throwsAsync(kubectl('get', 'namespace', 'apps'), { message: /refused/ });
  await parts.etcd.stop();
  await parts.etcd.start();
  await parts.apiServer.start();
  t.is((await kubectl('get', 'namespace', 'apps', '-o', 'name')).stdout, 'namespace/apps\n');
});

withControlPlane('a user has the rights that were given, and no others', async (t) => {
  const { kubectl, kubeconfig, token } = await startControlPlane(t, { users: ['patcher'] });
  const asPatcher = ['--kubeconfig', kubeconfig('patcher')];
  await t.throwsAsync(kubectl(...asPatcher, 'get', 'pods'), { message: /User "patcher" cannot list/ });
  await kubectl('create', 'clusterrole', 'looks', '--verb=list', '--resource=pods');
  await kubectl('create', 'clusterrolebinding', 'looks', '--clusterrole=looks', '--user=patcher');
  await kubectl(...asPatcher, 'get', 'pods');
  await t.throwsAsync(kubectl(...asPatcher, 'get', 'nodes'), { message: /User "patcher" cannot list/ });
  t.throws(() => token('stranger'), { message: /no user stranger/ });
});

withNode('a container start decides which rootfs a pod of a real node runs on', async (t) => {
  const [server, cluster] = await Promise.all([
    startServe(t, { tls: await certificates(t) }),
    startControlPlane(t, { controllers: true, scheduler: true }),
  ]);
  const { kubectl } = cluster;
  const [image, node] = await Promise.all([provideSample(t, server), startNode(t, cluster, [server.puller])]);
  const before = await imageId(server, image);
  await cluster.apply(pullSecret('registry', server.puller), app(`${server.host}/${image}`));
  await ready(cluster, [before, before]);
  t.notRegex(await answer(cluster, 'sample-0'), /on the second/);

  const rootfs = await secondRootfs(t);
  await server.cli('rootfs', 'import', 'cflinuxfs4', '2.0.0', rootfs, '--promote');
  const after = await imageId(server, image);
  t.not(after, before);
  await kubectl('delete', 'pod', 'sample-0');
  await ready(cluster, [after, before]);
  t.regex(await answer(cluster, 'sample-0'), /on the second/);
  t.notRegex(await answer(cluster, 'sample-1'), /on the second/);
  t.is((await kubectl('exec', 'sample-0', '--', 'cat', '/etc/os-release')).stdout, osRelease);
  t.regex((await kubectl('logs', 'sample-0')).stdout, /Listening on port 8080/);

  // A pod stays the same one when its node boots again; its containers do not.
  await node.kill();
  await node.start();
  await ready(cluster, [after, after]);
  t.regex(await answer(cluster, 'sample-1'), /on the second/);
});

function app(image: string): object {
  const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 };
  const container = { name: 'opi', image, imagePullPolicy: 'Always', readinessProbe: probe };
  const labels = { app: 'sample' };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'sample' },
    spec: {
      replicas: 2,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [container],
          imagePullSecrets: [{ name: 'registry' }],
          securityContext: { runAsNonRoot: true },
          automountServiceAccountToken: false,
        },
      },
    },
  };
}

/** Waits until sample-0 and sample-1 are ready and run these images. */
async function ready(cluster: ControlPlane, wanted: readonly string[]): Promise<void> {
  const until = Date.now() + 300_000;
  let found = await imageIds(cluster);
  for (; !isDeepStrictEqual(found, wanted); found = await imageIds(cluster)) {
    if (Date.now() > until) throw new Error(`Found ${found.join(', ')} instead of ${wanted.join(', ')}`);
    await delay(200);
  }
  await cluster.kubectl('wait', '--for=condition=Ready', 'pods', '--all', '--timeout=300s');
}

/** Of sample-0 and of sample-1. */
async function imageIds({ kubectl }: ControlPlane): Promise<string[]> {
  const path = '{range .items[*]}{.status.containerStatuses[0].imageID}{"\\n"}{end}';
  const { stdout } = await kubectl('get', 'pods', '--sort-by=.metadata.name', '-o', `jsonpath=${path}`);
  return stdout.trim().split('\n');
}

/** How containerd names the image that a tag means. */
async function imageId({ host, ask }: Served, image: string): Promise<string> {
  const { digest } = await ask<{ digest: string }>('image', 'show', image);
  return `${host}/${image.replace(/:.*/, '')}@${digest}`;
}

/** What the app in a pod says to the machine. */
async function answer({ kubectl }: ControlPlane, pod: string): Promise<string> {
  const { stdout } = await kubectl('get', 'pod', pod, '-o', 'jsonpath={.status.podIP}');
  return (await fetch(`http://${stdout}:8080/`)).text();
}

const osRelease = 'PRETTY_NAME="the second"\n';

/** The sample rootfs under another name. */
async function secondRootfs(owner: Owner): Promise<string> {
  const directory = await tempDir(owner);
  const rootfs = join(directory, 'rootfs.tar');
  await sampleRootfs(rootfs);
  await mkdir(join(directory, 'etc'));
  await writeFile(join(directory, 'etc/os-release'), osRelease);
  await run(toolPath('tar'), ['--owner=0', '--group=0', '-rf', rootfs, '-C', directory, 'etc/os-release']);
  return rootfs;
}
