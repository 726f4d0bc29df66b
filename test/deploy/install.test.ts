/** The chart, installed by helm; a real kubelet starts its pods from an image of this checkout. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test, { type ExecutionContext } from 'ava';
import { setTimeout as delay } from 'node:timers/promises';
import { basic } from '../helpers/basic.ts';
import { clusterApi } from '../helpers/kubernetes/cluster-api.ts';
import { startControlPlane, type ControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { startNode } from '../helpers/kubernetes/node.ts';
import { stackHandle } from '../helpers/kubernetes/stack-handle.ts';
import { registryClients } from '../helpers/registry-clients.ts';
import { run } from '../helpers/run.ts';
import { dropstack } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { certificates } from '../helpers/tls.ts';
import { startVersitygw } from '../helpers/versitygw.ts';
import { apiForPods } from './api-for-pods.ts';
import { chartDirectory, openChart } from './chart.ts';
import { checkoutImage } from './checkout-image.ts';
import { restrictedNamespace } from './restricted-namespace.ts';
import { askFacade, startPulling, type Facade } from './pulling.ts';
import { serviceProxy } from './service-proxy.ts';

const withNode = testWith(
  'cni/bridge',
  'containerd-2/containerd',
  'crane',
  'helm',
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
  'versitygw',
);

const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

const image = { repository: 'dropstack.test/dropstack', tag: 'checkout', pullPolicy: 'Never' };
const [admin, node, late] = ['admin:a word to the wise', 'node:let me pull', 'late:let me pull too'];

/** Made by the test that needs it first. */
let made: ReturnType<typeof cluster> | undefined;
const provided = () => (made ??= cluster());

/** A node that has the image, and the namespace with its users. */
async function cluster() {
  // Claims of volumes are bound by one controller more.
  const flags = { controllerManager: ['--controllers=persistentvolume-binder-controller'] };
  const all = { controllers: true, scheduler: true, serviceAccounts: true };
  const control = await startControlPlane(stack, { ...all, flags });
  const { api } = clusterApi(stack, control);
  const [{ ctr }, archive] = await Promise.all([
    startNode(stack, control),
    checkoutImage(stack, `${image.repository}:${image.tag}`),
  ]);
  await ctr('images', 'import', archive);
  await control.apply(restrictedNamespace, await users(admin, node));
  const { helm } = await openChart(stack);
  const place = ['--namespace', 'dropstack', '--kubeconfig', control.kubeconfig('admin'), '--wait'];
  return {
    api,
    control,
    install: (name: string, values: object) =>
      helm(['install', name, chartDirectory, ...place, '--timeout=5m'], { image, ...values }),
    uninstall: (name: string) => helm(['uninstall', name, ...place, '--timeout=5m']),
  };
}

withNode(
  'replicas on S3 serve over TLS, are restarted unnoticed, and read secrets that change',
  async (t) => {
    t.timeout(900_000);
    const { api, control, install, uninstall } = await provided();
    const tls = await certificates(t);
    const store = await storeInReach(t, control);
    await control.apply(
      await secret('tls', { 'tls.crt': tls.cert, 'tls.key': tls.key }),
      await secret('s3', { id: store.accessKeyIdFile ?? '', key: store.secretAccessKeyFile ?? '' }),
    );
    await install('dropstack', {
      config: { store: { s3: { ...store, ...keysOfStore } } },
      facade: { replicas: 2, tls: { secret: 'tls' }, secrets: { s3: 's3' } },
    });
    t.is((await readyPods(control)).length, 2);
    const facade = { host: await serviceProxy(t, api, 'dropstack'), ca: tls.ca };
    const tag = await provide(t, facade);
    t.is(await contentOf(t, facade, tag), 'hello\n');
    t.is(await askFacade(facade, '/metrics', admin), 200);
    t.is(await askFacade(facade, '/metrics', node), 403);

    const before = await readyPods(control);
    const pulling = startPulling(t, facade, node, tag);
    await restart(control, 'dropstack');
    const { pulls, failures } = await pulling.stop();
    t.deepEqual(failures, []);
    t.log(`${pulls} pulls while all pods were replaced`);
    t.true(pulls > 5);
    const after = await readyPods(control);
    t.is(after.length, 2);
    t.deepEqual(
      after.filter((name) => before.includes(name)),
      [],
    );

    t.is(await askFacade(facade, '/v2/', late), 401);
    await control.apply(await users(admin, node, late));
    // A kubelet looks at secrets once a minute, and whenever a pod changes.
    await control.kubectl('-n', 'dropstack', 'annotate', 'pods', '--all', 'test/look=again');
    await until('the new user is known', async () => (await askFacade(facade, '/v2/', late)) === 200);
    await uninstall('dropstack');
    t.deepEqual(await readyPods(control), []);
  },
);

withNode('one replica keeps what it has on a volume', async (t) => {
  t.timeout(900_000);
  const { api, control, install, uninstall } = await provided();
  await control.apply(volume(await tempDir(stack)));
  await install('single', {});
  const facade = { host: await serviceProxy(t, api, 'single-dropstack') };
  const tag = await provide(t, facade);
  t.is(await contentOf(t, facade, tag), 'hello\n');
  const [before] = await readyPods(control);
  await restart(control, 'single-dropstack');
  const [after, ...more] = await readyPods(control);
  t.not(after, before);
  t.deepEqual(more, []);
  t.is(await contentOf(t, facade, tag), 'hello\n');

  await uninstall('single');
  const phase = ['-o', 'jsonpath={.status.phase}'];
  const claim = await control.kubectl('-n', 'dropstack', 'get', 'pvc', 'single-dropstack', ...phase);
  t.is(claim.stdout, 'Bound');
});

withNode(
  'patcher and facade reach the API server from their pods, and a roll is ordered and ends',
  async (t) => {
    t.timeout(900_000);
    const { api, control, install, uninstall } = await provided();
    await apiForPods(t, control);
    const store = await storeInReach(t, control);
    await control.apply(
      await secret('s3', { id: store.accessKeyIdFile ?? '', key: store.secretAccessKeyFile ?? '' }),
      secretOf('dropstack-patcher', { password: admin.replace('admin:', '') }),
    );
    const host = await serviceProxy(t, api, 'rolling-dropstack', await addressOfNode(control));
    await install('rolling', {
      config: { store: { s3: { ...store, ...keysOfStore } } },
      facade: { replicas: 1, secrets: { s3: 's3' } },
      rolls: { fromDashboard: true },
      patcher: { enabled: true, server: `http://${host}`, user: 'admin' },
    });
    // Of the patcher one leads, and one waits.
    t.is((await readyPods(control)).length, 3);
    await provide(t, { host });
    await control.apply({
      apiVersion: 'dropstack.dev/v1alpha1',
      kind: 'Stack',
      metadata: { name: 'cflinuxfs4' },
      spec: { rootfs: { version: '1.0' }, registries: ['registry.example.org'] },
    });
    const stackOf = stackHandle(api);
    await stackOf.until('looked at', ({ phase }) => phase !== undefined);

    const headers = { authorization: basic(admin), 'content-type': 'application/json' };
    const rolls = `http://${host}/api/v1/rolls`;
    await until('the facade knows the Stack', async () => {
      const shown = (await (await fetch(rolls, { headers })).json()) as { access: boolean; rolls: unknown[] };
      return shown.access && shown.rolls.length === 1;
    });
    await cliOf({ host })('rootfs', 'import', 'cflinuxfs4', '2.0', await tinyRootfs(t, 'two'));
    const order = { method: 'POST', headers, body: JSON.stringify({ order: 'start', version: '2.0' }) };
    const answer = await fetch(`http://${host}/api/v1/stacks/cflinuxfs4/roll/orders`, order);
    t.like(await answer.json(), { said: 'A roll to 2.0 begins', by: 'admin of dropstack' });
    await stackOf.until('rolled', ({ phase, roll }) => phase === 'Completed' && roll?.to === '2.0');
    await uninstall('rolling');
  },
);

const secrets = '/etc/dropstack/secrets';
const keysOfStore = { accessKeyIdFile: `${secrets}/s3/id`, secretAccessKeyFile: `${secrets}/s3/key` };

/** A bucket of a server that listens where pods reach the machine. */
async function storeInReach(t: ExecutionContext, control: ControlPlane) {
  const { bucket } = await startVersitygw(t, { host: await addressOfNode(control) });
  return bucket();
}

/** Of this machine, in the network of the pods. */
async function addressOfNode({ kubectl }: ControlPlane): Promise<string> {
  const jsonpath = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
  return (await kubectl('get', 'nodes', '-o', jsonpath)).stdout;
}

/** Brings a rootfs and a droplet. @returns the droplet's tag */
async function provide(t: ExecutionContext, facade: Facade): Promise<string> {
  const cli = cliOf(facade);
  await cli('rootfs', 'import', 'cflinuxfs4', '1.0', await tinyRootfs(t, 'one'), '--promote');
  const { bytes, sha1 } = await tinyDroplet(t, 'hello\n');
  const droplet = join(await tempDir(t), 'droplet.tgz');
  await writeFile(droplet, bytes);
  await cli('droplet', 'put', 'little', droplet);
  return sha1;
}

/** The CLI, as an administrator of the facade. */
function cliOf({ host, ca }: Facade) {
  const env = {
    ...process.env,
    DROPSTACK_SERVER: `${ca === undefined ? 'http' : 'https'}://${host}`,
    DROPSTACK_PASSWORD: admin.replace('admin:', ''),
  };
  const trust = ca === undefined ? [] : ['--ca', ca];
  return (...args: string[]) => run(process.execPath, [dropstack, ...args, ...trust], { env });
}

/** Pulls the image with crane. @returns what the file of the droplet says in it */
async function contentOf(t: ExecutionContext, facade: Facade, tag: string): Promise<string> {
  const { crane } = await registryClients(t, { ...facade, user: node });
  const flat = join(await tempDir(t), 'flat.tar');
  await crane(['export', `${facade.host}/cloudfoundry/little:${tag}`, flat]);
  return (await run('tar', ['-xOf', flat, 'home/vcap/app/hello.txt'])).stdout;
}

async function restart({ kubectl }: ControlPlane, name: string): Promise<void> {
  await kubectl('-n', 'dropstack', 'rollout', 'restart', `deployment/${name}`);
  await kubectl('-n', 'dropstack', 'rollout', 'status', `deployment/${name}`, '--timeout=300s');
}

type Pod = {
  metadata: { name: string; deletionTimestamp?: string };
  status: { conditions?: { type: string; status: string }[] };
};

/** Names of those that are ready and not being ended. */
async function readyPods({ kubectl }: ControlPlane): Promise<string[]> {
  const { stdout } = await kubectl('-n', 'dropstack', 'get', 'pods', '-o', 'json');
  const { items } = JSON.parse(stdout) as { items: Pod[] };
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ status }) => status.conditions?.some((it) => it.type === 'Ready' && it.status === 'True'))
    .map(({ metadata }) => metadata.name);
}

async function users(...all: string[]): Promise<object> {
  const lines = all.map(async (user) => {
    const [name = '', password = ''] = user.split(':');
    return `${name}:${await bcrypt(password, { cost: 4 })}\n`;
  });
  return secretOf('dropstack-users', { users: (await Promise.all(lines)).join('') });
}

/** Of files. */
async function secret(name: string, files: Record<string, string>): Promise<object> {
  const texts = Object.entries(files).map(
    async ([key, path]) => [key, await readFile(path, 'utf8')] as const,
  );
  return secretOf(name, Object.fromEntries(await Promise.all(texts)));
}

function secretOf(name: string, stringData: Record<string, string>): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'dropstack' }, stringData };
}

/** A directory of the node, which belongs to root. */
function volume(path: string): object {
  const key = 'kubernetes.io/hostname';
  const terms = [{ matchExpressions: [{ key, operator: 'In', values: ['localhost'] }] }];
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: {
      capacity: { storage: '50Gi' },
      accessModes: ['ReadWriteOnce'],
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: terms } },
    },
  };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 180_000; !(await holds()); await delay(500))
    if (Date.now() > end) throw new Error(`Not within 180 s: ${what}`);
}
