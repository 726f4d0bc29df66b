import { z } from 'zod';
import { auditEntry } from '../operator/audit/entry.ts';

/** A droplet that was converted, or refused, by the process that tells of it. */
const conversion = z.object({
  at: z.string(),
  action: z.enum(['converted', 'refused']),
  guid: z.string(),
  hash: z.string(),
  /** that it breaks, and where */
  rule: z.string().exactOptional(),
  entry: z.string().exactOptional(),
});

/** How long something took; milliseconds, between the bounds of the metrics' histograms. None where nothing did. */
const times = z.object({
  count: z.number(),
  p50: z.number().exactOptional(),
  p99: z.number().exactOptional(),
});

/** Figures of the last seconds, taken from the metrics; of all processes where several serve together. */
const state = z.object({
  at: z.string(),
  /** that the counts are of */
  seconds: z.number(),
  /** by kind of route; `failed` with a 5xx, `cut` before their end */
  requests: z.record(z.string(), times.extend({ failed: z.number(), cut: z.number() })),
  /** manifests by where they came from: cold where `converted` */
  manifests: z.record(z.string(), times),
  /** configs and layers by where they came from */
  blobs: z.record(z.string(), times),
  /** reads of layers; without a cache there are none */
  cache: z.object({ hits: z.number(), misses: z.number() }),
  conversions: z.object({
    running: z.number(),
    /** by urgency */
    waiting: z.record(z.string(), z.number()),
    /** by outcome */
    ended: z.record(z.string(), z.number()),
  }),
  /** what was asked of the own store and of the source, and what they could not answer */
  stores: z.record(z.enum(['own', 'source']), z.object({ requests: z.number(), failures: z.number() })),
  /** bytes sent to clients */
  sent: z.number(),
});
export type State = z.output<typeof state>;

/** What the data of each kind of event is. A change is told as it is written down. */
export const eventSchemas = {
  stack: auditEntry,
  rootfs: auditEntry,
  droplet: z.union([auditEntry, conversion]),
  collection: auditEntry,
  state,
  /** A roll stands otherwise than before: ask how. */
  roll: z.object({}),
  /** Events were missed: whoever shows something had better load it again. */
  reset: z.object({}),
};
export type EventKind = keyof typeof eventSchemas;
