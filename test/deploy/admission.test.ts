import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startControlPlane } from '../helpers/kubernetes/control-plane.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { apiServerTools } from '../rollout/rollout-tools.ts';
import { openChart, type KubernetesObject } from './chart.ts';
import { monitoringDefinitions } from './monitoring-definitions.ts';
import { restrictedNamespace } from './restricted-namespace.ts';
import { valuesSets } from './values-sets.ts';

const withApi = testWith('helm', ...apiServerTools);

withApi(
  'an API server takes all that the chart renders, from who may install it, and its pods where only restricted ones may be',
  async (t) => {
    const { kubectl, apply } = await startControlPlane(t);
    const { render } = await openChart(t);
    const file = join(await tempDir(t), 'objects.json');
    const dryRun = async (...items: object[]): Promise<string> => {
      await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      const how = ['--server-side', '--dry-run=server', '--as=operator', '-f', file];
      return (await kubectl('apply', ...how)).stderr;
    };
    await apply(restrictedNamespace, ...rightsOfInstaller('operator'), ...monitoringDefinitions());
    await kubectl('wait', '--for=condition=established', 'crd', '--all', '--timeout=60s');

    for (const [name, values] of Object.entries(valuesSets)) {
      const objects = await render(values);
      // Neither fields that nobody knows nor pods that would not be let in are warned of.
      t.is(await dryRun(...objects), '', name);
      const pods = objects.filter(({ kind }) => kind === 'Deployment').map(podOf);
      t.true(pods.length > 0);
      t.is(await dryRun(...pods), '', `pods of: ${name}`);
    }

    const pods = (await render()).filter(({ kind }) => kind === 'Deployment').map(podOf);
    for (const pod of pods)
      for (const container of pod.spec.containers)
        container.securityContext['allowPrivilegeEscalation'] = true;
    await t.throwsAsync(dryRun(...pods), { message: /violates PodSecurity "restricted:latest"/ });
  },
);

type Pod = { spec: { containers: { securityContext: Record<string, unknown> }[] } };

/** A pod as the Deployment would make it. */
function podOf({ metadata, spec }: KubernetesObject): Pod {
  const { template } = spec as { template: { metadata: object } & Pod };
  const { name, namespace } = metadata;
  const named = { ...template, metadata: { ...template.metadata, name, namespace } };
  return Object.assign(named, { apiVersion: 'v1', kind: 'Pod' });
}

/** What a user needs to install the chart, and no more. Who grants the patcher's rights must be allowed to grant them. */
function rightsOfInstaller(name: string): object[] {
  const verbs = ['create', 'patch'];
  const plain = (group: string, ...resources: string[]): object => ({ apiGroups: [group], resources, verbs });
  const rules = [
    plain('', 'configmaps', 'persistentvolumeclaims', 'serviceaccounts', 'services'),
    plain('apps', 'deployments'),
    plain('policy', 'poddisruptionbudgets'),
    plain('networking.k8s.io', 'networkpolicies'),
    plain('monitoring.coreos.com', 'servicemonitors', 'podmonitors', 'prometheusrules'),
    plain('apiextensions.k8s.io', 'customresourcedefinitions'),
    {
      apiGroups: ['rbac.authorization.k8s.io'],
      resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
      verbs: [...verbs, 'bind', 'escalate'],
    },
    // As the controllers of its Deployments do.
    plain('', 'pods'),
  ];
  const [apiGroup, metadata] = ['rbac.authorization.k8s.io', { name: 'installer' }];
  const apiVersion = `${apiGroup}/v1`;
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'ClusterRole', ...metadata },
      subjects: [{ apiGroup, kind: 'User', name }],
    },
  ];
}
