import { z } from 'zod';

const wave = z.strictObject({
  name: z.string(),
  apps: z.int(),
  pods: z.int(),
  approval: z.boolean(),
  /** how long it takes at least, with its soak and pause; seconds */
  seconds: z.number(),
});

const lack = z.strictObject({
  library: z.string(),
  /** symbol versions; none: the library itself is missing */
  versions: z.array(z.string()),
  files: z.array(z.string()),
});

const node = z.strictObject({
  node: z.string(),
  pods: z.int(),
  /** what it pulls at least: the layers of the new rootfs */
  bytes: z.number(),
  /** what it pulls where it did not keep the droplets' layers */
  mostBytes: z.number(),
  /** what is unpacked anew: rootfs and droplets */
  diskBytes: z.number(),
});
export type NodePlan = z.output<typeof node>;

/** Lists are cut at so many entries; the counts beside them are of all. */
export const mostListed = 1000;

/** What a roll would do, or was to do when it began. Bytes as they are pulled, or on a disk where that is said. */
export const rolloutPlan = z.strictObject({
  stack: z.string(),
  from: z.string().exactOptional(),
  to: z.string(),
  at: z.string(),
  apps: z.int(),
  pods: z.int(),
  /** of the same guids, shown and never rolled */
  tasks: z.int(),
  waves: z.array(wave),
  canaries: z.array(z.string()),
  seconds: z.number(),
  nodes: z.strictObject({
    count: z.int(),
    most: node.exactOptional(),
    bytes: z.number(),
    diskBytes: z.number(),
  }),
  /** apps that run the version already */
  already: z.int(),
  /** apps that cannot be rolled, and why */
  obstacles: z.strictObject({
    count: z.int(),
    list: z.array(z.strictObject({ guid: z.string(), reason: z.string() })),
  }),
  /** apps that would miss a library, or a version of its symbols, that they have where they are */
  breaks: z.strictObject({
    count: z.int(),
    list: z.array(z.strictObject({ guid: z.string(), lacks: z.array(lack) })),
  }),
  /** apps with files of which nobody knows what they need, and apps of which nothing is known */
  unknown: z.strictObject({ files: z.int(), apps: z.int() }),
  /** apps of one instance that will be away for a moment */
  interrupted: z.strictObject({ count: z.int(), list: z.array(z.string()) }),
});
export type RolloutPlan = z.output<typeof rolloutPlan>;
