import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments, parse } from 'yaml';
import { stackDefinition } from '../../src/rollout/stack/crd.ts';
import { testWith } from '../helpers/test-with.ts';
import { chartDirectory, openChart, release, theOne, type KubernetesObject } from './chart.ts';
import { valuesSets } from './values-sets.ts';

const withHelm = testWith('helm');
const plain = join(import.meta.dirname, '../../deploy/patcher');

withHelm('helm lint finds nothing, whatever the values', async (t) => {
  const { helm } = await openChart(t);
  for (const [name, values] of Object.entries(valuesSets)) {
    const { stdout } = await helm(['lint', '--strict', chartDirectory], values);
    t.regex(stdout, /1 chart\(s\) linted, 0 chart\(s\) failed/, name);
  }
});

withHelm('wrong values are refused, and the refusal says which and why', async (t) => {
  const { complaint } = await openChart(t);
  const s3 = { store: { s3: { bucket: 'b' } } };
  const wrong: [values: object, complaint: RegExp][] = [
    [{ facade: { replica: 2 } }, /'\/facade'.*'replica'/],
    [{ facade: { replicas: '2' } }, /'\/facade\/replicas'.*integer/],
    [{ facade: { users: { secret: '' } } }, /'\/facade\/users\/secret'/],
    [{ facade: { service: { type: 'Ingress' } } }, /'\/facade\/service\/type'.*'ClusterIP'/],
    [{ facade: { secrets: { 'S3 key': 'a' } } }, /'S3 key' does not match pattern/],
    [{ image: { digest: 'sha256:abc' } }, /'\/image\/digest'.*pattern/],
    [{ config: { logLevel: 'loud' } }, /'\/config\/logLevel'.*'trace'/],
    [{ config: { limits: { holdSeconds: 60 } } }, /'\/config\/limits\/holdSeconds'.*25/],
    [{ config: { store: { s3: {} } } }, /'\/config\/store\/s3'.*'bucket'/],
    [{ config: { bucket: 'b' } }, /'\/config'.*'bucket'/],
    // What the chart says itself.
    [{ config: { listen: '0.0.0.0:80' } }, /'\/config'.*'listen'/],
    [{ config: { users: '/users' } }, /'\/config'.*'users'/],
    [{ config: { store: { directory: '/data' } } }, /'\/config\/store'.*'directory'/],
    // What no schema can say.
    [{ facade: { replicas: 3 } }, /facade\.replicas is 3, but a volume belongs to one machine/],
    [
      { config: { store: { ...s3.store, singleWriter: true } }, facade: { replicas: 2 } },
      /facade\.replicas is 2, but only one may write/,
    ],
    [{ facade: { enabled: false }, patcher: { enabled: true } }, /patcher\.server is empty/],
  ];
  for (const [values, expected] of wrong)
    t.regex(await complaint(['template', ...release], values), expected, JSON.stringify(values));
});

withHelm('where only one may write, no pod begins before the last one has ended', async (t) => {
  const { render } = await openChart(t);
  const s3 = { bucket: 'b' };
  for (const [config, strategy] of [
    [{}, 'Recreate'],
    [{ store: { s3 } }, 'RollingUpdate'],
    [{ store: { s3, singleWriter: true } }, 'Recreate'],
  ] as const) {
    const { spec } = theOne(await render({ config }), 'Deployment', 'dropstack') as {
      spec?: { strategy?: object };
    };
    t.like(spec?.strategy, { type: strategy }, JSON.stringify(config));
  }
});

withHelm(
  'the patcher of the chart has the rights, the bounds and the definition of the plain one',
  async (t) => {
    const { render } = await openChart(t);
    const rendered = await render({ patcher: { enabled: true } });
    const expected = (
      await Promise.all(['rbac.yaml', 'patcher.yaml'].map((name) => readFile(join(plain, name), 'utf8')))
    ).flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject));

    for (const kind of ['ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding']) {
      const [ours, plainOne] = [rendered, expected].map((all) => theOne(all, kind, 'dropstack-patcher'));
      t.deepEqual(core(ours), core(plainOne), kind);
    }
    t.deepEqual(patcherOf(rendered), patcherOf(expected));
    const definition = theOne(rendered, 'CustomResourceDefinition', 'stacks.dropstack.dev');
    t.deepEqual(definition['spec'], JSON.parse(JSON.stringify(stackDefinition()))['spec']);
    t.like(definition.metadata.annotations, { 'helm.sh/resource-policy': 'keep' });
  },
);

withHelm(
  'only where it drives rolls, the facade has a token of Kubernetes, and rights with it',
  async (t) => {
    const { render } = await openChart(t);
    const bare = await render();
    t.false(podOf(bare)['automountServiceAccountToken']);
    t.is(clusterOf(bare), undefined);
    t.deepEqual(
      bare.filter(({ kind }) => kind.includes('Role')),
      [],
    );
    t.deepEqual(await render({ rolls: null }), bare, 'values of a release that knew no rolls, used again');
    const driving = await render({ rolls: { fromDashboard: true } });
    t.true(podOf(driving)['automountServiceAccountToken']);
    t.deepEqual(clusterOf(driving), {});
    t.deepEqual(core(theOne(driving, 'ClusterRole', 'dropstack-rolls')), {
      rules: [
        { apiGroups: ['dropstack.dev'], resources: ['stacks'], verbs: ['get', 'list', 'watch', 'patch'] },
      ],
      roleRef: undefined,
      subjects: undefined,
    });
    const elsewhere = { kubeconfig: '/etc/dropstack/secrets/cluster/kubeconfig' };
    t.deepEqual(clusterOf(await render({ config: { kubernetes: elsewhere } })), elsewhere);
  },
);

withHelm('what is installed tells the next steps', async (t) => {
  const { helm } = await openChart(t);
  const config = { publicUrl: 'https://registry.example.org:8443/' };
  const dryRun = ['install', ...release, '--dry-run=client'];
  const { stdout } = await helm(dryRun, { config, patcher: { enabled: true } });
  for (const line of [
    'kubectl -n dropstack create secret generic dropstack-users --from-file=users',
    '/etc/containerd/certs.d/registry.example.org_8443_/hosts.toml',
    'server = "https://registry.example.org:8443"',
    '[host."https://registry.example.org:8443"]',
    'It speaks plain HTTP',
    'kubectl -n dropstack create secret generic dropstack-patcher --from-file=password=',
  ])
    t.true(stdout.includes(line), line);
});

withHelm('a change of the configuration is a new revision of the pods', async (t) => {
  const { render } = await openChart(t);
  const templateOf = async (config: object): Promise<unknown> => {
    const { spec } = theOne(await render({ config }), 'Deployment', 'dropstack') as unknown as Deployment;
    return spec.template.metadata;
  };
  t.notDeepEqual(await templateOf({ logLevel: 'debug' }), await templateOf({ logLevel: 'info' }));
  t.deepEqual(await templateOf({ logLevel: 'info' }), await templateOf({ logLevel: 'info' }));
});

withHelm('the configuration leads to what is mounted', async (t) => {
  const { render } = await openChart(t);
  const objects = await render(valuesSets['everything']);
  const { data } = theOne(objects, 'ConfigMap', 'registry') as unknown as { data: Record<string, string> };
  const config = parse(data['dropstack.yml'] ?? '') as Record<string, unknown>;
  t.like(config, {
    listen: '[::]:8080',
    users: '/etc/dropstack/users/users',
    grants: '/etc/dropstack/grants/grants.yml',
    tlsCert: '/etc/dropstack/tls/tls.crt',
    tlsKey: '/etc/dropstack/tls/tls.key',
    cache: { directory: '/cache', maxBytes: '20GiB' },
  });
  t.is(config['data'], undefined);
  t.like(config['limits'], { conversions: 3, droplet: { maxBytes: 17_179_869_184 } });
  const { spec } = theOne(objects, 'Deployment', 'registry') as unknown as Deployment;
  const mounts = spec.template.spec.containers[0]?.volumeMounts.map(({ mountPath }) => mountPath) ?? [];
  for (const path of JSON.stringify(config).matchAll(/"(\/etc\/dropstack\/[^"]+|\/cache)"/g))
    t.true(
      mounts.some((mount) => `${path[1]}/`.startsWith(`${mount}/`)),
      path[1],
    );
});

type Deployment = {
  spec: {
    template: {
      metadata: object;
      spec: Record<string, unknown> & { securityContext: Record<string, unknown>; containers: Container[] };
    };
  };
};
type Container = Record<string, unknown> & {
  env: { name: string; value?: string }[];
  volumeMounts: { mountPath: string }[];
};

function podOf(objects: readonly KubernetesObject[]): Record<string, unknown> {
  const { spec } = theOne(objects, 'Deployment', 'dropstack') as unknown as Deployment;
  return spec.template.spec;
}

/** The option `kubernetes` of the facade. */
function clusterOf(objects: readonly KubernetesObject[]): unknown {
  const { data } = theOne(objects, 'ConfigMap', 'dropstack') as unknown as { data: Record<string, string> };
  return (parse(data['dropstack.yml'] ?? '') as Record<string, unknown>)['kubernetes'];
}

/** What a role or a binding says, whatever it is labelled. */
function core(object: KubernetesObject | undefined): object {
  return { rules: object?.['rules'], roleRef: object?.['roleRef'], subjects: object?.['subjects'] };
}

/** What is not of the place alone where it runs. */
function patcherOf(objects: readonly KubernetesObject[]): object {
  const { spec } = theOne(objects, 'Deployment', 'dropstack-patcher') as unknown as Deployment;
  const { securityContext, containers } = spec.template.spec;
  const { fsGroup: _, ...podSecurity } = securityContext;
  return containers.map((container) => ({
    podSecurity,
    security: container['securityContext'],
    ports: container['ports'],
    probes: [container['livenessProbe'], container['readinessProbe']],
    resources: container['resources'],
    mounts: container.volumeMounts,
    variables: container.env.map(({ name, value }) => (name === 'NODE_OPTIONS' ? { name, value } : name)),
  }));
}
