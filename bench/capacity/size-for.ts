import { meanDroplet, type Assumptions } from './assumptions.ts';
import type { Costs } from './costs/costs.ts';
import { flowOf, type Delivery, type Flow } from './flow-of.ts';
import { busiest, goalsOf } from './response.ts';
import type { Fleet, Situation } from './situations.ts';

/** What a fleet needs. Bytes; a second, where it is a rate. */
export type Need = {
  replicas: number;
  /** of all replicas, at the busiest that they may be; what one replica's worth can be spared of comes on top */
  cores: number;
  network: number;
  memory: number;
  cache: number;
  storeGives: number;
  storeTakes: number;
  storeRequests: number;
  /** of cores and network, that goals allow */
  busy: number;
  /** what each situation asks */
  flows: readonly { situation: Situation; flow: Flow }[];
};

/** @throws Error where a goal cannot be met */
export function sizeFor(
  situations: readonly Situation[],
  delivery: Delivery,
  { costs, given, processBytes }: { costs: Costs; given: Assumptions; processBytes: number },
): Need {
  const busy = busiest(goalsOf(costs, given), given.utilisation);
  // A process that waits uses a little of its core.
  const useful = busy - costs.cpu.second;
  if (useful <= 0) throw new Error('Servers that wait use all of the cores that they may use');
  // A cache may be empty, so that replicas are to do without.
  const cold = situations.map((situation) => flowOf(situation, delivery, costs, 0));
  const cores = most(cold, ({ cpu }) => cpu) / useful;
  const network = most(cold, ({ sent, received }) => Math.max(sent, received)) / busy;
  const working = Math.ceil(Math.max(cores / given.replicaCores, network / given.replicaBytes));
  const replicas = Math.max(given.fewestReplicas, working + 1);
  const processes = replicas * given.replicaCores;
  const flows = situations.map((situation) => ({
    situation,
    flow: flowOf(situation, delivery, costs, processes),
  }));
  const warm = flows.map(({ flow }) => flow);
  return {
    replicas,
    busy,
    cores,
    network,
    memory: given.supervisorBytes + given.replicaCores * (processBytes + given.converterBytes),
    cache: cacheOf(situations, processes, costs, given),
    storeGives: most(warm, ({ storeGives }) => storeGives),
    storeTakes: most(warm, ({ storeTakes }) => storeTakes),
    storeRequests: most(warm, ({ storeRequests }) => storeRequests) + processes * costs.store.second,
    flows,
  };
}

/** Two versions of the rootfs for each process, and its part of what is deployed for some time. */
function cacheOf(
  situations: readonly Situation[],
  processes: number,
  costs: Costs,
  given: Assumptions,
): number {
  const perSecond = Math.max(...situations.map(({ work, seconds }) => work.conversions / seconds));
  const { layer, layerShare } = costs.bytes;
  const deployed = perSecond * given.cacheSeconds * (layer + meanDroplet * layerShare);
  // Each instance asks one of all processes.
  const part = 1 - (1 - 1 / processes) ** given.instancesPerApp;
  return given.replicaCores * (2 * given.rootfsBytes + part * deployed);
}

/** Connections that a replica has open at once, one replica being away. */
export function connectionsOf(need: Need, given: Assumptions): number {
  const perSecond = most(
    need.flows.map(({ flow }) => flow),
    ({ connections }) => connections,
  );
  return (perSecond * given.idleSeconds) / (need.replicas - 1);
}

/** Layers that a replica sends at once: a node takes three, and in the worst case all nodes do. */
export function downloadsOf({ nodes }: Fleet, { replicas }: Need): number {
  return (nodes * downloadsOfNode) / (replicas - 1);
}

const downloadsOfNode = 3;

function most(flows: readonly Flow[], of: (flow: Flow) => number): number {
  return Math.max(...flows.map(of));
}
