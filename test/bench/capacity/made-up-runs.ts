import type { Costs, Load } from '../../../bench/capacity/costs/costs.ts';
import { loadOf } from '../../../bench/capacity/load-of.ts';
import { modelled, scenarioWork, type Modelled } from '../../../bench/capacity/scenario-work.ts';
import type { Report, ScenarioReport } from '../../../bench/load/report/report.ts';
import { makeWorkload } from '../../../bench/load/workload/make-workload.ts';
import type { Workload } from '../../../bench/load/workload/workload.ts';
import { madeUpReport } from '../load/report/made-up-report.ts';

export const madeUpCosts: Costs = {
  cpu: {
    second: 0.03,
    start: 0.0004,
    lookup: 0.0008,
    fetch: 0.0006,
    layer: 0.0002,
    layerMegabyte: 0.001,
    conversion: 0.02,
    conversionMegabyte: 0.025,
    image: 0.002,
  },
  store: { second: 5, lookup: 3, layer: 1, conversion: 18, rebase: 1.5, image: 4 },
  bytes: { image: 2_500, layer: 1_000, layerShare: 0.8, ahead: 2_600 },
  connections: { start: 1, fetch: 2 },
};

/** Reports of three fleets as they would be if everything cost just this. */
export function madeUpRuns(costs: Costs = madeUpCosts): Report[] {
  return [
    { nodes: 4, apps: 40, diskBytes: 2 ** 29 },
    { nodes: 6, apps: 120, diskBytes: 2 ** 28 },
    { nodes: 10, apps: 900, diskBytes: 2 ** 27 },
  ].map((size) => madeUpRun(makeWorkload(size), costs));
}

function madeUpRun(workload: Workload, costs: Costs): Report {
  return {
    ...madeUpReport(),
    workload,
    scenarios: modelled.map((name) => scenario(name, workload, costs)),
    contest: [],
  };
}

/** How long each takes: so long that CPU is not the bound. Of the largest fleet, what was first asked for is forgotten when all has come up. */
function lengthsOf({ apps }: Workload): Record<Modelled, number> {
  return { cold: apps < 900 ? 100 : 900, warm: 4, drain: 3, bump: 15, hot: 5 };
}

function scenario(name: Modelled, workload: Workload, costs: Costs): ScenarioReport {
  const { [name]: seconds, cold } = lengthsOf(workload);
  const [template] = madeUpReport().scenarios;
  if (template === undefined) throw new Error('The made-up report has no scenario');
  const wanted = startsOf(name, workload);
  const pulls = { ...template.pulls, wanted, done: wanted };
  const work = scenarioWork(name, workload, { seconds, pulls }, cold);
  const load = loadOf(work, costs);
  const layers = work.layers + work.baseLayers;
  const images = work.fetches * costs.bytes.image;
  const kind = (requests: number, bytes: number) => ({ ...template.kinds.layer, requests, bytes });
  return {
    ...template,
    name,
    seconds,
    pulls,
    kinds: {
      'manifest-head': kind(work.starts, 0),
      'manifest-get': kind(work.fetches, images),
      config: kind(work.fetches, 0),
      layer: kind(layers, load.toClients - images),
    },
    challenges: work.starts + work.fetches,
    connections: load.connections,
    conversions: work.conversions,
    bytes: bytesOf(load),
    storeRequests: { get: load.storeRequests },
    server: { ...template.server, cpuSeconds: load.cpuSeconds },
    clients: { cpuSeconds: 1 },
    ...(name === 'bump' ? { ahead: aheadOf(workload, costs) } : {}),
  };
}

function startsOf(name: Modelled, { nodes, instances }: Workload): number {
  if (name === 'hot') return nodes;
  if (name === 'warm') return 4_000;
  return name === 'drain' ? Math.ceil(instances / nodes) : instances;
}

function aheadOf({ apps: images }: Workload, { cpu, store, bytes }: Costs): ScenarioReport['ahead'] {
  return {
    images,
    cpuSeconds: images * cpu.image,
    storeRequests: images * store.image,
    toStore: images * bytes.ahead,
  };
}

function bytesOf({ fromSource, fromStore, toStore, toClients }: Load): ScenarioReport['bytes'] {
  return { fromSource, fromStore, toStore, fromCache: 0, toClients };
}
