import { believedFor } from '../../src/store/lifetime.ts';
import type { ScenarioReport } from '../load/report/report.ts';
import { moved } from '../load/scenarios/drain.ts';
import { instancesOf, type Instance } from '../load/workload/instances-of.ts';
import { sizesOf } from '../load/workload/sizes-of.ts';
import type { Workload } from '../load/workload/workload.ts';
import { noWork, type Work } from './work.ts';

/** Scenarios of the harness whose work the workload alone decides. */
export const modelled = ['cold', 'warm', 'drain', 'bump', 'hot'] as const;
export type Modelled = (typeof modelled)[number];

/**
 * What a scenario asks of the facade. Of the report come only lengths and how many starts there were, which say what was done
 * and not what it cost.
 * @param coldSeconds how long the first start of all apps took, right before: `warm` asks for some that nobody asked for since
 */
export function scenarioWork(
  name: Modelled,
  workload: Workload,
  { seconds, pulls }: Pick<ScenarioReport, 'seconds' | 'pulls'>,
  coldSeconds: number,
): Work {
  const { nodes, apps } = workload;
  const started: Work = { ...noWork, seconds, starts: pulls.wanted };
  const bases = { baseLayers: layersOfBase * nodes, baseBytes: rootfsBytes * nodes };
  const sizes = sizesOf(workload);
  const instances = instancesOf(workload);
  switch (name) {
    case 'warm':
      return { ...started, lookups: apps * forgotten(coldSeconds, seconds) };
    case 'cold':
      return {
        ...started,
        ...bases,
        ...brought(distinct(instances), sizes),
        conversions: apps,
        convertedBytes: sum(sizes),
      };
    case 'drain':
      return { ...started, ...brought(newThere(instances, nodes), sizes) };
    case 'bump':
      return {
        ...started,
        fetches: distinct(instances).length,
        baseLayers: nodes,
        baseBytes: nodes * rootfsBytes,
        rebased: apps,
      };
    case 'hot':
      break;
  }
  const app = sizes.indexOf(Math.max(...sizes));
  const everywhere = Array.from({ length: nodes }, (_, node) => ({ app, node }));
  const conversion = { conversions: 1, convertedBytes: sizes[app] ?? 0 };
  return { ...started, ...bases, ...brought(everywhere, sizes), ...conversion };
}

/** The part of the apps that were asked for, evenly, in some seconds, whose time is over when they are asked for in the next ones. */
function forgotten(before: number, after: number): number {
  const late = before + after / 2 - believedFor / 1000;
  return before === 0 ? 0 : Math.min(1, Math.max(0, late / before));
}

/** Rootfs and launcher. */
export const layersOfBase = 2;

/** As the harness makes them; those of the launcher are a few kilobytes. */
const rootfsBytes = 2_000_000;

function brought(
  instances: readonly Instance[],
  sizes: readonly number[],
): Pick<Work, 'fetches' | 'layers' | 'dropletBytes'> {
  const { length } = instances;
  return { fetches: length, layers: length, dropletBytes: sum(instances.map(({ app }) => sizes[app] ?? 0)) };
}

/** A node has an image once, however many containers it runs. */
function distinct(instances: readonly Instance[]): Instance[] {
  return [...new Map(instances.map((one) => [placeOf(one), one])).values()];
}

/** What the other nodes lack of the instances that come to them. */
function newThere(instances: readonly Instance[], nodes: number): Instance[] {
  const left = nodes - Math.max(1, Math.floor(nodes / 10));
  const there = new Set(instances.map(placeOf));
  return distinct(moved(instances, left)).filter((one) => !there.has(placeOf(one)));
}

function placeOf({ app, node }: Instance): string {
  return `${app} ${node}`;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
