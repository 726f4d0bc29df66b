import { realSizes } from '../load/workload/real-sizes.ts';

/** What no run tells: how large a fleet is, what happens in it, and what is wanted of it. A value, and what it means. */
export const inputs = {
  appsPerNode: [160, 'apps on each node, as 40,000 on 250'],
  instancesPerApp: [2, 'instances of an app in the mean'],
  rootfsBytes: [400e6, 'bytes of a rootfs, compressed: give that of yours'],
  conversionMs: [
    34.4,
    'CPU for a megabyte of a real droplet, zstd: 4.36 s for 126.9 MB by [conversion.md](conversion.md)',
  ],
  crashesPerDay: [1, 'starts of an instance a day on the node where it was'],
  deploysPerDay: [0.2, 'new droplets of an app a day'],
  peak: [4, 'the busiest hour beside the mean one'],
  nodeLostSeconds: [600, 'within which what ran on a node is to run on its successor'],
  zoneLostSeconds: [1800, 'within which what ran in a zone is to run elsewhere'],
  restartSeconds: [300, 'within which everything is to run again where it ran'],
  zone: [0.3333, 'the part of all nodes that is in a zone'],
  alone: [0.3, 'of all instances, those whose app runs nowhere else: no other node has their layer'],
  peerCopies: [3, 'times that we give a layer before peers pass it on'],
  inFlight: [100, 'apps that a roll restarts at once at the least: `maxInFlight.apps`'],
  flightSeconds: [40, 'of each restart in a roll: `minReadySeconds` 30, and 10 to start'],
  rollSeconds: [43_200, 'that a roll may take without its pauses: where it must, more apps are in flight'],
  knownSeconds: [0.1, 'within which 95 of 100 starts know that they have everything'],
  lackingSeconds: [5, 'within which 95 of 100 starts have the layer that they lack from us'],
  convertedSeconds: [20, 'the same where the droplet is first converted'],
  utilisation: [0.6, 'of cores and network at the most'],
  replicaCores: [4, 'cores of a replica, each with a process'],
  replicaBytes: [1.25e9, 'bytes a second of its network: 10 Gbit/s'],
  fewestReplicas: [3, 'one may be away while another is restarted'],
  cacheSeconds: [1_800, 'for which a cache keeps what is deployed: until all instances have it'],
  converterBytes: [
    512 * 2 ** 20,
    'memory of a converting process at its bound, `limits.conversionMemoryBytes`',
  ],
  supervisorBytes: [150e6, 'memory of the supervisor of several processes'],
  idleSeconds: [30, 'for which containerd keeps an idle connection'],
} as const satisfies Record<string, readonly [value: number, meaning: string]>;

export type InputName = keyof typeof inputs;
export type Assumptions = Readonly<Record<InputName, number>>;

export function isInput(name: string): name is InputName {
  return Object.hasOwn(inputs, name);
}

/** The defaults, with some of them changed. */
export function assume(changes: Partial<Assumptions> = {}): Assumptions {
  const defaults = Object.fromEntries(Object.entries(inputs).map(([name, [value]]) => [name, value]));
  return { ...(defaults as Assumptions), ...changes };
}

/** Bytes of real droplets, each as frequent as any other. */
export const dropletSizes: readonly number[] = Object.values(realSizes);

export const meanDroplet = dropletSizes.reduce((sum, size) => sum + size, 0) / dropletSizes.length;
