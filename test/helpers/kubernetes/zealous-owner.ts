import type { Foundation } from './foundation.ts';
import { ApiError } from './simulated-api.ts';
import { follow, type KubeObject } from './simulated-follow.ts';

export type Workload = KubeObject & {
  metadata: {
    generation: number;
    labels?: object;
    annotations?: object;
    ownerReferences?: object[];
    managedFields?: { manager: string }[];
  };
  spec: object;
};

export type ZealousOwner = {
  /** How often it wrote so far, and how often that changed anything. */
  writes: () => { all: number; effective: number };
  /** By name, as they are to be. */
  wanted: ReadonlyMap<string, Workload>;
};

/**
 * A controller that owns all StatefulSets of a fleet, and writes the whole of each back on each event, as Eirini's and
 * Korifi's do: replicas, template, labels and annotations as they were when it began.
 */
export async function zealousOwner({
  api,
  fleet,
  over,
}: Pick<Foundation, 'api' | 'fleet' | 'over'>): Promise<ZealousOwner> {
  const collection = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets`;
  const owner = await api.send<KubeObject>('POST', `/api/v1/namespaces/${fleet.namespace}/configmaps`, {
    body: { metadata: { name: 'owner' } },
  });
  const { uid, name } = owner.metadata;
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid, controller: true }];
  const wanted = new Map<string, Workload>();
  for (const { metadata } of (await api.send<{ items: Workload[] }>('GET', collection)).items) {
    const body = { metadata: { ownerReferences } };
    const type = 'application/merge-patch+json';
    wanted.set(metadata.name, await api.send('PATCH', `${collection}/${metadata.name}`, { body, type }));
  }
  const count = { all: 0, effective: 0 };
  const reset = async ({ metadata: seen }: Workload): Promise<void> => {
    const { metadata, spec } = wanted.get(seen.name) ?? unknown(seen.name);
    const { labels, annotations } = metadata;
    const { resourceVersion } = seen;
    const body = {
      metadata: { name: seen.name, resourceVersion, labels, annotations, ownerReferences },
      spec,
    };
    try {
      const after = await api.send<Workload>('PUT', `${collection}/${seen.name}`, { body });
      count.all++;
      if (after.metadata.resourceVersion !== resourceVersion) count.effective++;
    } catch (error) {
      // Somebody was faster: another event tells of it.
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    }
  };
  const seen = (workload: Workload): void => {
    void reset(workload).catch((error: unknown) => {
      if (!over.aborted) throw error;
    });
  };
  await follow<Workload>(api, collection, { seen, gone: () => undefined }, over);
  return { writes: () => ({ ...count }), wanted };
}

function unknown(name: string): never {
  throw new Error(`The owner knows no StatefulSet ${name}`);
}
