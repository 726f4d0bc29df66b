import type { Costs, Load } from './costs/costs.ts';
import type { Work } from './work.ts';

/** A start is two requests; what it fetches is a challenge, a manifest and a config more, and each layer is one. */
export function loadOf(work: Work, { cpu, store, bytes, connections }: Costs): Load {
  const layers = work.layers + work.baseLayers;
  const layerBytes = layerBytesOf(work, bytes);
  return {
    cpuSeconds:
      work.seconds * cpu.second +
      work.starts * cpu.start +
      work.lookups * cpu.lookup +
      work.fetches * cpu.fetch +
      layers * cpu.layer +
      (layerBytes / megabyte) * cpu.layerMegabyte +
      work.conversions * cpu.conversion +
      (work.convertedBytes / megabyte) * cpu.conversionMegabyte +
      work.images * cpu.image,
    requests: 2 * work.starts + 3 * work.fetches + layers,
    storeRequests:
      work.seconds * store.second +
      work.lookups * store.lookup +
      layers * store.layer +
      work.conversions * store.conversion +
      work.rebased * store.rebase +
      work.images * store.image,
    toClients: work.fetches * bytes.image + layerBytes,
    fromSource: work.convertedBytes,
    fromStore: layerBytes,
    toStore:
      work.conversions * bytes.layer + work.convertedBytes * bytes.layerShare + work.images * bytes.ahead,
    connections: work.starts * connections.start + work.fetches * connections.fetch,
  };
}

/** Of layers of droplets and of bases. */
export function layerBytesOf(
  work: Pick<Work, 'layers' | 'dropletBytes' | 'baseBytes'>,
  bytes: Costs['bytes'],
): number {
  return work.layers * bytes.layer + work.dropletBytes * bytes.layerShare + work.baseBytes;
}

export const megabyte = 1e6;
