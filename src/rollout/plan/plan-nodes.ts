import type { DropletImpact } from '../../operator/operator.ts';
import type { App } from '../fleet/app.ts';
import type { NodePlan, RolloutPlan } from './plan.ts';

/** Bytes of a rootfs's layers, as they are pulled and as they lie unpacked. */
export type RootfsSize = { bytes: number; diskBytes: number };

/**
 * What a roll costs the nodes. The rootfs is pulled once by each; a new bottom layer has every droplet unpacked again, and
 * pulled again where a node threw the packed layers away.
 */
export function planNodes(
  apps: readonly App[],
  impacts: ReadonlyMap<string, DropletImpact>,
  rootfs: RootfsSize,
): RolloutPlan['nodes'] {
  const nodes = new Map<string, NodePlan>();
  for (const { guid, pods } of apps) {
    const impact = impacts.get(guid);
    const { bytes, diffBytes } = impact?.state === 'converted' ? impact : { bytes: 0, diffBytes: 0 };
    const places = Map.groupBy(pods, ({ node }) => node);
    for (const [node, { length }] of places) {
      if (node === undefined) continue;
      const sum = nodes.get(node) ?? emptyNode(node, rootfs);
      sum.pods += length;
      sum.mostBytes += bytes;
      sum.diskBytes += diffBytes;
      nodes.set(node, sum);
    }
  }
  const all = [...nodes.values()];
  const [most] = all.toSorted((a, b) => b.diskBytes - a.diskBytes || (a.node < b.node ? -1 : 1));
  return {
    count: all.length,
    ...(most === undefined ? {} : { most }),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    diskBytes: all.reduce((sum, { diskBytes }) => sum + diskBytes, 0),
  };
}

function emptyNode(node: string, { bytes, diskBytes }: RootfsSize): NodePlan {
  return { node, pods: 0, bytes, mostBytes: bytes, diskBytes };
}
