import { dropletSizes } from './assumptions.ts';
import type { Costs } from './costs/costs.ts';
import { layerBytesOf, loadOf, megabyte } from './load-of.ts';
import type { Sharing, Situation } from './situations.ts';
import type { Work } from './work.ts';

/** How layers come to nodes: all from replicas; from the store, where a replica sends nodes; or from other nodes. */
export const deliveries = ['through replicas', 'redirects', 'peers'] as const;
export type Delivery = (typeof deliveries)[number];

/** What a situation asks in each second, of all replicas together. Bytes a second. */
export type Flow = {
  cpu: number;
  requests: number;
  connections: number;
  /** replicas send to nodes and to the store; and receive from store and source, where a cache has nothing */
  sent: number;
  received: number;
  /** the store gives to replicas and nodes, where caches have what they can have; and takes */
  storeGives: number;
  storeTakes: number;
  sourceGives: number;
  /** without those of servers that wait */
  storeRequests: number;
};

/** @param caches of all replicas, each process with its own; 0 for none */
export function flowOf(situation: Situation, delivery: Delivery, costs: Costs, caches: number): Flow {
  const work = delivery === 'peers' ? withPeers(situation) : situation.work;
  const load = loadOf(work, costs);
  const gone = delivery === 'redirects' ? redirected(work, costs.bytes) : nothing;
  const own = layerBytesOf({ ...noBase, ...droplets(work) }, costs.bytes) - gone.dropletLayers;
  const base = work.baseBytes - gone.base;
  const bytesGone = gone.dropletLayers + gone.base;
  const second = 1 / situation.seconds;
  return {
    cpu: (load.cpuSeconds - (bytesGone / megabyte) * costs.cpu.layerMegabyte) * second,
    requests: load.requests * second,
    connections: load.connections * second,
    sent: (load.toClients - bytesGone + load.toStore) * second,
    received: (load.fromStore - bytesGone + load.fromSource) * second,
    storeGives:
      (bytesGone + own * missed(situation.layers, caches) + base * missed(situation.base, caches)) * second,
    storeTakes: load.toStore * second,
    sourceGives: load.fromSource * second,
    storeRequests: (load.storeRequests + gone.layers) * second,
  };
}

/** The part of askers whose process has not got the layer yet, where each goes to one of them by chance. */
export function missed({ askers }: Sharing, caches: number): number {
  if (caches === 0) return 1;
  if (askers === Infinity) return 0;
  return (caches * (1 - (1 - 1 / caches) ** askers)) / askers;
}

function withPeers({ work, layers, base }: Situation): Work {
  return {
    ...work,
    layers: work.layers * (1 - layers.peers),
    dropletBytes: work.dropletBytes * (1 - layers.peers),
    baseLayers: work.baseLayers * (1 - base.peers),
    baseBytes: work.baseBytes * (1 - base.peers),
  };
}

type Redirected = { layers: number; dropletLayers: number; base: number };

const nothing: Redirected = { layers: 0, dropletLayers: 0, base: 0 };

/** Layers that are large enough, and their bytes. Each is looked at in the store, and asked for there by its node. */
function redirected(work: Work, bytes: Costs['bytes']): Redirected {
  const all = dropletSizes.map((size) => size * bytes.layerShare + bytes.layer);
  const large = all.filter((size) => size >= leastRedirected);
  const share = sum(all) === 0 ? 0 : sum(large) / sum(all);
  return {
    layers: (work.layers * large.length) / all.length + work.baseLayers,
    dropletLayers: layerBytesOf({ ...noBase, ...droplets(work) }, bytes) * share,
    base: work.baseBytes,
  };
}

/** `redirect.minBytes` as it is without a word. */
const leastRedirected = 2 ** 20;

const noBase = { baseBytes: 0 };

function droplets({ layers, dropletBytes }: Work): Pick<Work, 'layers' | 'dropletBytes'> {
  return { layers, dropletBytes };
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
