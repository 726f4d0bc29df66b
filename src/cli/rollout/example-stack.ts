import { stringify } from 'yaml';
import { apiVersion } from '../../rollout/stack/resource.ts';

/** A `Stack` to begin with, as YAML. */
export function exampleStack(name: string, version: string): string {
  return stringify({
    apiVersion,
    kind: 'Stack',
    metadata: { name },
    spec: {
      rootfs: { version },
      registries: ['registry.example.org'],
      rollout: {
        waves: [{ name: 'canary', apps: 'auto', approval: true }, { percent: 10, pause: '10m' }, {}],
      },
    },
  });
}
