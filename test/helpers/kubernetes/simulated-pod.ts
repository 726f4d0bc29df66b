import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { ApiError, strategicMerge, type SimulatedApi } from './simulated-api.ts';
import { behaviourOf, type Rule, type Running } from './simulated-behaviour.ts';
import { SimulatedContainer, type ContainerSpec } from './simulated-container.ts';
import type { KubeObject } from './simulated-follow.ts';
import type { PulledImage } from './simulated-image.ts';
import type { SimulatedNode } from './simulated-node.ts';
import { podStatus, timestamp } from './simulated-status.ts';

export type PodObject = KubeObject & {
  metadata: { namespace: string };
  spec: {
    nodeName?: string;
    restartPolicy: string;
    initContainers?: ContainerSpec[];
    containers: ContainerSpec[];
  };
  status?: { phase?: string };
};

type Surroundings = {
  api: SimulatedApi;
  node: SimulatedNode;
  ip: string;
  /** those that hold at the moment */
  rules: () => readonly Rule[];
  /** by how much all back-offs are shorter than a kubelet's */
  hurry: number;
};

/**
 * Runs a pod on a node: pulls, starts, crashes, and tells its status. Its first container behaves by the rules, the
 * others just run. Rejects when it is `over`.
 */
export async function simulatedPod(
  { metadata, spec }: PodObject,
  { api, node, ip, rules, hurry }: Surroundings,
  over: AbortSignal,
): Promise<void> {
  const { namespace, name, uid } = metadata;
  const mayEnd = spec.restartPolicy === 'Never';
  // One after the other, as their pod names them: the first may bring what the next finds present.
  const inTurn = pLimit(1);
  const behaviour = (image: PulledImage) => behaviourOf(rules(), { namespace, pod: name, ...running(image) });
  const pull = async (image: string, policy: string): Promise<PulledImage> => {
    const pulled = await node.pull(image, policy);
    if (behaviour(pulled).unpullable === true)
      throw new Error(`failed to pull image "${image}": no space left`);
    return pulled;
  };
  const make = (container: ContainerSpec, isFirst: boolean): SimulatedContainer =>
    new SimulatedContainer(container, {
      pull: () => inTurn(pull, container.image, container.imagePullPolicy),
      imageId: node.imageId,
      hurry,
      restarts: !mayEnd,
      behaviour: (image) => (isFirst ? behaviour(image) : {}),
      tell: () => tell(),
      wait: (ms) => delay(ms, undefined, { signal: over }),
    });
  const inits = (spec.initContainers ?? []).map((container) => make(container, false));
  const containers = spec.containers.map((container, at) => make(container, at === 0));
  const lives = { inits: inits.map(({ life }) => life), containers: containers.map(({ life }) => life) };
  const life = { ip, startedAt: timestamp(), mayEnd, since: new Map(), ...lives };
  const tell = coalesced(over, async () => {
    const body = { metadata: { uid }, status: podStatus(life) };
    await api.send('PATCH', `/api/v1/namespaces/${namespace}/pods/${name}/status`, {
      body,
      type: strategicMerge,
    });
  });

  for (const init of inits) await init.initialise();
  await Promise.all(containers.map((container) => container.run()));
}

function running({ repository, version, digest }: PulledImage): Omit<Running, 'namespace' | 'pod'> {
  return { guid: repository.slice(repository.lastIndexOf('/') + 1), version, digest };
}

/**
 * Writes what is true when the write begins. Fulfils when a write that began after the call has ended; those who call
 * in one moment, or during a write, share one.
 */
function coalesced(over: AbortSignal, write: () => Promise<void>): () => Promise<void> {
  let next: Promise<void> | undefined;
  let last: Promise<void> = Promise.resolve();
  const begin = async (): Promise<void> => {
    await Promise.all([last, turn()]);
    last = next ?? last;
    next = undefined;
    await persistently(over, write);
  };
  return () => (next ??= begin());
}

/** A conflict is either another's write, or a pod of the same name: then this one is over as soon as that is known. */
async function persistently(over: AbortSignal, write: () => Promise<void>): Promise<void> {
  for (; ; await delay(200, undefined, { signal: over })) {
    over.throwIfAborted();
    try {
      await write();
      return;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) return;
      if (error.status !== 409) throw error;
    }
  }
}
