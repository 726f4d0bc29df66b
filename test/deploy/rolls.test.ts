/** A facade that shows and drives rolls, under the rights that the chart gives to its service account. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { facadeRights } from '../../src/cli/doctor/rights.ts';
import { diagnose } from '../cli/doctor/examined.ts';
import { basic } from '../helpers/basic.ts';
import { startControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { startServe } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { apiServerTools } from '../rollout/rollout-tools.ts';
import { accountKubeconfig } from './account-kubeconfig.ts';
import { openChart, release } from './chart.ts';
import { restrictedNamespace } from './restricted-namespace.ts';

const withApi = testWith('helm', 'tar', ...apiServerTools);

withApi(
  'the facade shows and drives rolls with the rights of the chart, and may do nothing else',
  async (t) => {
    const cluster = await startControlPlane(t);
    const { kubectl } = cluster;
    await cluster.apply(restrictedNamespace);
    const { helm } = await openChart(t);
    const values = { rolls: { fromDashboard: true }, patcher: { enabled: true } };
    await helm(['install', ...release, '--kubeconfig', cluster.kubeconfig('admin')], values);
    await kubectl('wait', '--for=condition=established', 'crd/stacks.dropstack.dev', '--timeout=60s');
    await cluster.apply({
      apiVersion: 'dropstack.dev/v1alpha1',
      kind: 'Stack',
      metadata: { name: 'cflinuxfs4' },
      spec: { rootfs: { version: '1.0' }, registries: ['registry.example.org'] },
    });

    const kubernetes = await accountKubeconfig(t, cluster, 'dropstack');
    const { host, admin, cli } = await startServe(t, { config: { kubernetes } });
    await cli('rootfs', 'import', 'cflinuxfs4', '2.0', await tinyRootfs(t, 'two'));
    const headers = { authorization: basic(admin), 'content-type': 'application/json' };
    const shown = await fetch(`http://${host}/api/v1/rolls`, { headers });
    t.like(await shown.json(), { access: true, rolls: [{ stack: 'cflinuxfs4', version: '1.0' }] });
    const told = await fetch(`http://${host}/api/v1/stacks/cflinuxfs4/roll/orders`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ order: 'start', version: '2.0' }),
    });
    t.like(await told.json(), { said: 'A roll to 2.0 begins', by: 'admin of dropstack' });
    const version = ['-o', 'jsonpath={.spec.rootfs.version}'];
    t.is((await kubectl('get', 'stack', 'cflinuxfs4', ...version)).stdout, '2.0');

    const account = 'system:serviceaccount:dropstack:dropstack';
    const { stdout } = await kubectl('auth', 'can-i', '--list', `--as=${account}`, '--no-headers');
    const granted = stdout.split('\n').filter((line) => /^\S+\s+\[\]/.test(line) && !isEverybodys(line));
    t.deepEqual(
      granted.map((line) => line.replaceAll(/\s+/g, ' ').trim()),
      facadeRights.map(({ group, resource, verbs }) => `${resource}.${group} [] [] [${verbs.join(' ')}]`),
    );

    const [config, data] = [join(await tempDir(t), 'config.yml'), await tempDir(t)];
    await writeFile(config, JSON.stringify({ data, kubernetes }));
    const { rolls } = await diagnose(t, ['--config', config], undefined);
    t.like(rolls, { level: 'ok', found: 'we may, all 4 of them' });
  },
);

/** What each account may ask about itself. */
function isEverybodys(line: string): boolean {
  return /^self\w+reviews\.(authorization|authentication)\.k8s\.io\s/.test(line);
}
