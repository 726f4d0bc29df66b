import { meanDroplet, type Assumptions } from './assumptions.ts';
import { layersOfBase } from './scenario-work.ts';
import { noWork, type Work } from './work.ts';

/** Something that happens to a fleet, and the work it brings. */
export type Situation = {
  name: string;
  /** how the counts come about: the formula, then the figures put in */
  counts: string;
  /** within which the work comes, evenly */
  seconds: number;
  work: Work;
  /** how many ask for the same layer before a cache forgets it, and the part of them that finds it at its peers */
  layers: Sharing;
  base: Sharing;
};

export type Sharing = { askers: number; peers: number };

export type Fleet = { nodes: number; apps: number; instances: number };

export function fleetOf(nodes: number, { appsPerNode, instancesPerApp }: Assumptions): Fleet {
  const apps = nodes * appsPerNode;
  return { nodes, apps, instances: apps * instancesPerApp };
}

export function situationsOf(fleet: Fleet, given: Assumptions): Situation[] {
  return [ordinaryDay, nodeLost, zoneLost, restarted, bump].map((of) => of(fleet, given));
}

/** A second of its busiest hour. */
function ordinaryDay({ apps, instances }: Fleet, given: Assumptions): Situation {
  const { crashesPerDay, deploysPerDay, peak, instancesPerApp, peerCopies } = given;
  const crashes = (instances * crashesPerDay * peak) / day;
  const deploys = (apps * deploysPerDay * peak) / day;
  const missing = lacking(deploys * instancesPerApp);
  const first = Math.min(1, peerCopies / instancesPerApp);
  return {
    name: 'an ordinary day, its busiest hour',
    counts: `instances × crashes × peak / day = ${said(instances)} × ${crashesPerDay} × ${peak} / 86,400 = ${said(crashes)} crashes a second; apps × deploys × peak / day = ${said(apps)} × ${deploysPerDay} × ${peak} / 86,400 = ${said(deploys)} deploys a second, each a conversion and ${instancesPerApp} starts without the layer`,
    seconds: 1,
    work: {
      ...missing,
      starts: crashes + missing.starts,
      lookups: crashes + missing.starts,
      conversions: deploys,
      convertedBytes: deploys * meanDroplet,
    },
    layers: { askers: instancesPerApp, peers: 1 - first },
    base: nobody,
  };
}

/** What ran there starts on a node that has nothing. */
function nodeLost({ nodes, instances }: Fleet, given: Assumptions): Situation {
  const { nodeLostSeconds, rootfsBytes, alone } = given;
  const starts = instances / nodes;
  return {
    name: 'a node is replaced',
    counts: `instances / nodes = ${said(instances)} / ${said(nodes)} = ${said(starts)} starts on an empty node`,
    seconds: nodeLostSeconds,
    work: { ...lacking(starts), baseLayers: layersOfBase, baseBytes: rootfsBytes },
    layers: { askers: 1, peers: 1 - alone },
    // All have it, and so has the cache.
    base: { askers: Infinity, peers: 1 },
  };
}

/** The nodes that are left have the rootfs. */
function zoneLost({ instances }: Fleet, { zone, zoneLostSeconds, alone }: Assumptions): Situation {
  const starts = instances * zone;
  return {
    name: 'a zone is lost',
    counts: `instances × zone = ${said(instances)} × ${zone} = ${said(starts)} starts on nodes that lack the layers`,
    seconds: zoneLostSeconds,
    work: lacking(starts),
    layers: { askers: 1, peers: 1 - alone },
    base: nobody,
  };
}

function restarted({ instances }: Fleet, { restartSeconds }: Assumptions): Situation {
  return {
    name: 'everything restarts where it ran',
    counts: `${said(instances)} starts on nodes that have everything`,
    seconds: restartSeconds,
    work: { ...noWork, starts: instances, lookups: instances },
    layers: nobody,
    base: nobody,
  };
}

/** Its dearest time: each node starts its first container over the new rootfs. */
function bump(fleet: Fleet, given: Assumptions): Situation {
  const { flightSeconds, rootfsBytes, peerCopies } = given;
  const { nodes, instances } = fleet;
  const apps = inFlightOf(fleet, given);
  const perSecond = apps / flightSeconds;
  return {
    name: 'a bump, while nodes get the rootfs',
    counts: `apps in flight / seconds of a flight = ${said(apps)} / ${flightSeconds} = ${said(perSecond)} starts a second, ${said(nodes)} of them on nodes without the rootfs; an image is made ahead for each (all ${said(instances)} starts take ${said(instances / perSecond / 3_600)} hours)`,
    seconds: nodes / perSecond,
    work: {
      ...noWork,
      starts: nodes,
      fetches: nodes,
      baseLayers: nodes,
      baseBytes: nodes * rootfsBytes,
      rebased: nodes,
      images: nodes,
    },
    layers: nobody,
    base: { askers: nodes, peers: 1 - Math.min(1, peerCopies / nodes) },
  };
}

/** Apps that a roll has in flight, so that it ends in time: the instances of an app restart one after the other. */
export function inFlightOf({ instances }: Fleet, given: Assumptions): number {
  const { inFlight, flightSeconds, rollSeconds } = given;
  return Math.max(inFlight, Math.ceil((instances * flightSeconds) / rollSeconds));
}

/** Starts on nodes that lack nothing but the droplet's layer. The process that is asked was not asked for it in the last minutes. */
function lacking(starts: number): Work {
  return {
    ...noWork,
    starts,
    lookups: starts,
    fetches: starts,
    layers: starts,
    dropletBytes: starts * meanDroplet,
  };
}

const nobody: Sharing = { askers: 1, peers: 0 };
const day = 86_400;

function said(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
}
