/** The patcher that the chart deploys, started here with the arguments, the variables and the rights that it has there. */
import type { ExecutionContext } from 'ava';
import { freePort } from '../helpers/free-port.ts';
import { clusterApi } from '../helpers/kubernetes/cluster-api.ts';
import { startControlPlane, type ControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { stackHandle } from '../helpers/kubernetes/stack-handle.ts';
import { dropstack, startServe, type Served } from '../helpers/serve.ts';
import { start } from '../helpers/start.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { apiServerTools } from '../rollout/rollout-tools.ts';
import { accountKubeconfig } from './account-kubeconfig.ts';
import { chartDirectory, openChart, release } from './chart.ts';
import { restrictedNamespace } from './restricted-namespace.ts';

const withApi = testWith('helm', 'tar', ...apiServerTools);

withApi(
  'the patcher leads, alone in its cluster, and looks after a Stack, with the rights of its service account',
  async (t) => {
    const [served, cluster] = await Promise.all([startServe(t), startControlPlane(t)]);
    await served.cli('rootfs', 'import', 'cflinuxfs4', '1.0', await tinyRootfs(t, 'one'), '--promote');
    await cluster.apply(restrictedNamespace);
    const { helm, complaint } = await openChart(t);
    const patcher = { enabled: true, user: 'admin', server: `http://${served.host}` };
    const values = { facade: { enabled: false }, patcher };
    await helm(['install', ...release, '--kubeconfig', cluster.kubeconfig('admin')], values);
    const kubeconfig = ['--kubeconfig', cluster.kubeconfig('admin')];
    const second = ['second', chartDirectory, '--namespace', 'default', ...kubeconfig];
    const alone = { ...values, patcher: { ...patcher, crd: false } };
    t.regex(
      await complaint(['install', ...second], alone),
      /has a patcher already, the service account dropstack-patcher of the namespace dropstack: /,
    );
    await helm(['upgrade', ...release, ...kubeconfig], values);
    await cluster.kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
    await cluster.apply({
      apiVersion: 'dropstack.dev/v1alpha1',
      kind: 'Stack',
      metadata: { name: 'cflinuxfs4' },
      spec: { rootfs: { version: '1.0' }, registries: ['registry.example.org'] },
    });

    const { logged, metrics } = await startDeployed(t, cluster, served);
    await logged(/"leading"/);
    const { api } = clusterApi(t, cluster);
    const { phase } = await stackHandle(api).until('looked at', (status) => status.phase !== undefined);
    t.regex(phase, /^(Idle|Completed)$/);
    t.is((await fetch(`http://${metrics}/readyz`)).status, 200);
    const holder = ['-o', 'jsonpath={.spec.holderIdentity}'];
    const lease = await cluster.kubectl('-n', 'dropstack', 'get', 'lease', 'dropstack-patcher', ...holder);
    t.not(lease.stdout, '');
  },
);

type Deployment = {
  spec: {
    template: { spec: { serviceAccountName: string; containers: { args: string[]; env: Variable[] }[] } };
  };
};
type Variable = { name: string; value?: string };

/** @returns its log, and where it tells how it is */
async function startDeployed(t: ExecutionContext, cluster: ControlPlane, served: Served) {
  const inNamespace = ['-n', 'dropstack'];
  const { stdout } = await cluster.kubectl(
    ...inNamespace,
    'get',
    'deployment/dropstack-patcher',
    '-o',
    'json',
  );
  const { serviceAccountName, containers } = (JSON.parse(stdout) as Deployment).spec.template.spec;
  const [{ args, env } = { args: [], env: [] }] = containers;
  const kubeconfig = await accountKubeconfig(t, cluster, serviceAccountName);
  // Tests listen on the loopback alone.
  const metrics = `127.0.0.1:${await freePort()}`;
  const own = args.map((arg) => (arg === '0.0.0.0:9090' ? metrics : arg));
  const variables = env.map(({ name, value }) => [name, value ?? served.admin.replace('admin:', '')]);
  const { logged } = start(t, process.execPath, [dropstack, ...own, '--kubeconfig', kubeconfig], {
    env: { ...process.env, ...(Object.fromEntries(variables) as NodeJS.ProcessEnv) },
  });
  return { logged, metrics };
}
