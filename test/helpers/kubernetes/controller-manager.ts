import type { Owner } from '../owner.ts';
import { toolPath } from '../tools.ts';
import { part, type Part } from './part.ts';

/** Those that workloads and a controller of ours meet. None that finds nodes dead: stand-ins for nodes send no heartbeats. */
const controllers = [
  'clusterrole-aggregation-controller',
  'daemonset-controller',
  'deployment-controller',
  'disruption-controller',
  'endpointslice-controller',
  'garbage-collector-controller',
  'job-controller',
  'namespace-controller',
  'replicaset-controller',
  'serviceaccount-controller',
  'serviceaccount-token-controller',
  'statefulset-controller',
];

/** Its limits let thousands of StatefulSets move at once. `ca` and `key` are PEM files. */
export function controllerManager(
  owner: Owner,
  kubeconfig: string,
  { ca, key }: { ca: string; key: string },
  accounts: boolean,
  flags: readonly string[] = [],
): Part {
  const args = [
    `--kubeconfig=${kubeconfig}`,
    `--controllers=${controllers.join(',')}`,
    // Pods find the authority in a map that it makes in each namespace.
    ...(accounts ? ['--controllers=root-ca-certificate-publisher-controller'] : []),
    `--root-ca-file=${ca}`,
    `--service-account-private-key-file=${key}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
    '--concurrent-statefulset-syncs=20',
    '--concurrent-deployment-syncs=20',
    '--concurrent-replicaset-syncs=20',
    '--concurrent-gc-syncs=20',
    '--concurrent-namespace-syncs=10',
    ...flags,
  ];
  return part(owner, toolPath('kubernetes/kube-controller-manager'), args, isReady);
}

function isReady(log: string): boolean {
  return log.includes('Starting stateful set controller');
}
