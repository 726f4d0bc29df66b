import { z } from 'zod';

/**
 * What a run is made of. With the same workload and seed, every run places the same instances of the same droplets on the
 * same nodes. It is written beside the report, so that a run can be repeated.
 */
export const workload = z.strictObject({
  format: z.literal(1),
  seed: z.number().int(),
  nodes: z.number().int().positive(),
  apps: z.number().int().positive(),
  /** container instances of all apps together; at least one each */
  instances: z.number().int().positive(),
  /** rootfs versions, of which the first is promoted when a run begins */
  versions: z.number().int().min(2),
  /** Bytes of droplets, smallest first, each drawn as often as any other: those of real droplets times `scale`. */
  sizes: z.array(z.number().int().positive()),
  /** what real sizes are multiplied with, at most 1, so that all droplets and layers fit on the disk */
  scale: z.number().positive().max(1),
});
export type Workload = z.output<typeof workload>;

/** A droplet as it lies in the source. `name` is the guid, `hash` the SHA-1, `size` its compressed bytes. */
export type App = { name: string; hash: string; size: number };

/** One start of a container: `atMs` after the run began the kubelet of `node` wants `reference`, e.g. `cloudfoundry/<guid>:<hash>`. */
export type Start = { atMs: number; node: number; reference: string };
