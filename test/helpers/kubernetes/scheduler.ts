import type { Owner } from '../owner.ts';
import { toolPath } from '../tools.ts';
import { part, type Part } from './part.ts';

/** Its limits let thousands of pods be placed at once. */
export function scheduler(owner: Owner, kubeconfig: string, flags: readonly string[] = []): Part {
  const args = [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=1000',
    '--kube-api-burst=2000',
    ...flags,
  ];
  return part(owner, toolPath('kubernetes/kube-scheduler'), args, hasStarted);
}

/** It does not tell more; pods wait until it looks at them. */
function hasStarted(log: string): boolean {
  return log.includes('Starting Kubernetes Scheduler');
}
