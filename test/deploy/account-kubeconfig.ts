import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from '../helpers/kubernetes/control-plane.ts';
import type { Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';

/** Who has it is a service account of the namespace `dropstack`, as its pods are. @returns the path of a kubeconfig */
export async function accountKubeconfig(
  owner: Owner,
  { url, ca, kubectl }: ControlPlane,
  account: string,
): Promise<string> {
  const token = (await kubectl('-n', 'dropstack', 'create', 'token', account)).stdout.trim();
  const kubeconfig = join(await tempDir(owner), 'kubeconfig');
  // JSON is YAML.
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: url, 'certificate-authority': ca } }],
    users: [{ name: account, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: account } }],
    'current-context': 'test',
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return kubeconfig;
}
