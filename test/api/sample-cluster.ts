import { apiVersion, stacksPath } from '../../src/rollout/stack/resource.ts';
import type { Owner } from '../helpers/owner.ts';
import { object, page, send, standIn } from '../rollout/kubernetes/stand-in.ts';
import { roll } from '../cli/rollout-stack.ts';

/** Stands in for a cluster that has one `Stack` with a roll under way. @returns the path of a kubeconfig for it */
export async function sampleCluster(owner: Owner, stack: string): Promise<string> {
  const status = {
    phase: 'Rolling',
    message: '2 of 4 apps done',
    observedGeneration: 1,
    roll,
    history: [],
    conditions: [
      {
        type: 'Stalled',
        status: 'True',
        reason: 'Away',
        message: 'no facade',
        lastTransitionTime: roll.startedAt,
      },
    ],
  };
  const { metadata } = object(stack, 7) as { metadata: object };
  const found = {
    apiVersion,
    kind: 'Stack',
    metadata: { ...metadata, generation: 1 },
    spec: { rootfs: { version: '2.0' }, registries: ['registry.example.org'] },
    status,
  };
  const { kubeconfig } = await standIn(owner, ({ path, query }, response) => {
    if (path !== stacksPath) send(response, 200, found);
    else if (query.get('watch') === null) send(response, 200, page([found], 7));
    // A watch of something that does not change.
    else response.writeHead(200).flushHeaders();
  });
  return kubeconfig;
}
