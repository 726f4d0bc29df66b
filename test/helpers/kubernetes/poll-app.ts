import { get } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '../../../src/errors.ts';
import type { SimulatedApi } from './simulated-api.ts';
import { follow, type KubeObject } from './simulated-follow.ts';

type Pod = KubeObject & { status?: { podIP?: string; conditions?: { type: string; status: string }[] } };

export type PolledApp = {
  /** What was answered so far, each text once, in the order in which it came first. */
  answers: () => readonly string[];
  /** Why requests failed so far; also those for which there was no pod. */
  failures: () => readonly string[];
  /** How many were sent. */
  requests: () => number;
};

/**
 * A client of the pods that `selector` selects, through a router of its own: it sends a request after the other to a pod that is
 * ready and not being ended, each over a connection of its own. Begins with the first ready pod; ends with `over`.
 */
export async function pollApp(
  api: SimulatedApi,
  namespace: string,
  selector: string,
  over: AbortSignal,
): Promise<PolledApp> {
  const addresses = new Map<string, string>();
  const [answers, failures] = [new Set<string>(), Array<string>()];
  let requests = 0;
  const handlers = {
    seen: (pod: Pod) => {
      const address = addressOf(pod);
      if (address === undefined) addresses.delete(pod.metadata.uid);
      else addresses.set(pod.metadata.uid, address);
    },
    gone: (uid: string) => void addresses.delete(uid),
  };
  const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
  await follow<Pod>(api, path, handlers, over);
  while (addresses.size === 0) await delay(50, undefined, { signal: over });

  const poll = async (): Promise<void> => {
    for (; !over.aborted; await delay(20)) {
      const all = [...addresses.values()];
      const address = all[requests++ % all.length];
      try {
        if (address === undefined) throw new Error('there is no ready pod');
        answers.add(await answer(address));
      } catch (error) {
        failures.push(`${new Date().toISOString()} ${address}: ${reasonOf(error)}`);
      }
    }
  };
  void poll();
  return { answers: () => [...answers], failures: () => failures, requests: () => requests };
}

/** Undefined for one that is to get no requests. */
function addressOf({ metadata, status }: Pod): string | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const takesRequests = metadata.deletionTimestamp === undefined && ready?.status === 'True';
  return takesRequests ? status?.podIP : undefined;
}

async function answer(address: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const signal = AbortSignal.timeout(30_000);
  get({ host: address, port: 8080, path: '/', agent: false, signal }, (response) => {
    response.setEncoding('utf8');
    response.on('error', reject);
    void response.toArray().then((chunks) => resolve(chunks.join('')), reject);
  }).on('error', reject);
  return promise;
}
