import type { Config } from '../../config/config.ts';
import type { Finding } from '../../config/problem.ts';
import { requireCredentials } from '../../rootfs/registry/registry-auth.ts';
import { requireHidden } from './require-hidden.ts';
import { attempt } from './trial.ts';

/** The file with credentials for registries. */
export async function tryRegistryAuth({ registryAuth }: Config): Promise<Finding[]> {
  if (registryAuth === undefined) return [];
  const option = ['registryAuth'];
  return [
    ...(await attempt(option, () => requireCredentials(registryAuth))),
    ...(await requireHidden(option, registryAuth)),
  ];
}
