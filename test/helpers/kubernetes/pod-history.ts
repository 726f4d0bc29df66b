import { setTimeout as delay } from 'node:timers/promises';
import { digestOfImageId } from '../../../src/rollout/fleet/image-id.ts';
import { askFacade } from '../ask-facade.ts';
import type { Foundation, FoundationPod } from './foundation.ts';
import { follow, type KubeObject } from './simulated-follow.ts';

/** That a pod ran an image for the first time. */
export type Sight = {
  guid: string;
  pod: string;
  /** milliseconds since the epoch */
  at: number;
  /** of the rootfs, as the facade finds it by image ID */
  version: string;
  /** where the app's tag led then; right after, to be exact */
  tag: string | undefined;
};

export type PodHistory = {
  /** All so far, oldest first, as soon as the facade has answered for each. */
  sights: () => Promise<readonly Sight[]>;
  /** How many pods of an app there were so far, those that are gone too. */
  created: (guid: string) => number;
};

type Pod = KubeObject & Pick<FoundationPod, 'metadata' | 'status'>;

/** Sees each change of each pod of a fleet from then on. It waits for a facade that is away. */
export async function podHistory({
  api,
  fleet,
  served,
  over,
}: Pick<Foundation, 'api' | 'fleet' | 'served' | 'over'>): Promise<PodHistory> {
  const uids = new Map<string, Set<string>>();
  const sights = new Map<string, Promise<Sight>>();
  const ask = async <T>(path: string): Promise<T> => {
    for (;;) {
      try {
        return await askFacade<T>(served(), path);
      } catch {
        await delay(200, undefined, { signal: over });
      }
    }
  };
  const sight = async (guid: string, pod: string, digest: string): Promise<Sight> => {
    const at = Date.now();
    const { promoted, placements } = await ask<StackRecord>('/stacks/cflinuxfs4');
    const { rootfs } = await ask<{ rootfs: { version: string } }>(`/droplets/${guid}/images/${digest}`);
    return { guid, pod, at, version: rootfs.version, tag: placements[guid] ?? promoted };
  };
  const seen = ({ metadata: { name, uid, labels }, status }: Pod): void => {
    const guid = labels['cloudfoundry.org/guid'] ?? '';
    uids.set(guid, (uids.get(guid) ?? new Set()).add(uid));
    const digest = digestOfImageId(status.containerStatuses?.[0]?.imageID ?? '');
    const key = `${uid} ${digest}`;
    if (digest === undefined || sights.has(key)) return;
    const found = sight(guid, name, digest);
    found.catch(() => undefined);
    sights.set(key, found);
  };
  await follow<Pod>(api, `/api/v1/namespaces/${fleet.namespace}/pods`, { seen, gone: () => undefined }, over);
  return {
    sights: async () => (await Promise.all(sights.values())).toSorted((a, b) => a.at - b.at),
    created: (guid) => uids.get(guid)?.size ?? 0,
  };
}

type StackRecord = { promoted?: string; placements: Record<string, string> };
