import { realSizes } from './real-sizes.ts';
import type { Workload } from './workload.ts';

const gibibyte = 2 ** 30;

/** The reference figures. `diskBytes` are those of source and own store together. */
const fleets = {
  small: { nodes: 10, apps: 200, diskBytes: 2 * gibibyte },
  medium: { nodes: 21, apps: 1_000, diskBytes: 2 * gibibyte },
  large: { nodes: 250, apps: 40_000, diskBytes: 4 * gibibyte },
} as const;

export type FleetSize = keyof typeof fleets | { nodes: number; apps: number; diskBytes?: number };

type Options = {
  seed?: number;
  /** default: two for each app */
  instances?: number;
  versions?: number;
  /** what all droplets in the source and the own store with their images may take; default 2 GiB, of the large fleet 4 GiB */
  diskBytes?: number;
};

/**
 * What a run of some size is made of. Droplets are those of `realSizes`, each as often as any other, scaled so that the disk
 * holds them.
 * @throws Error where the disk cannot hold so many apps, however small, and where apps would have no instance
 */
export function makeWorkload(size: FleetSize, options: Options = {}): Workload {
  const fleet = typeof size === 'string' ? fleets[size] : size;
  const { nodes, apps } = fleet;
  const { seed = 1, instances = 2 * apps, versions = 2 } = options;
  const { diskBytes = fleet.diskBytes ?? 2 * gibibyte } = options;
  if (instances < apps) throw new Error(`${instances} instances are too few for ${apps} apps`);
  const scale = scaleFor(diskBytes / apps - overhead(versions));
  if (scale <= 0) {
    const least = apps * (overhead(versions) + copies * smallest);
    throw new Error(`${apps} apps need ${least} bytes on the disk at the least, not ${diskBytes}`);
  }
  const sizes = Object.values(realSizes).map((real) => Math.max(smallest, Math.round(real * scale)));
  return { format: 1, seed, nodes, apps, instances, versions, sizes, scale };
}

/** A droplet has a directory and a start command at the least. */
export const smallest = 2_048;

/** A droplet and its layer, which takes no more. */
const copies = 2;

/**
 * Bytes on the disk for each app beside its droplet and layer: the directories of both, their last blocks, the records, and the
 * manifest and config over each version. Measured with blocks of 4 KiB.
 */
function overhead(versions: number): number {
  return 56 * 1024 + versions * 8 * 1024;
}

/** The smallest droplets may be larger than scaled: as if all were, so that the bound holds. */
function scaleFor(bytesOfApp: number): number {
  const real = Object.values(realSizes);
  const mean = real.reduce((sum, size) => sum + size, 0) / real.length;
  return Math.min(1, (bytesOfApp / copies - smallest) / mean);
}
