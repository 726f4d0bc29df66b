import { z } from 'zod';

const event = z.strictObject({
  /** RFC 3339 */
  at: z.string(),
  by: z.string(),
  action: z.enum(['promote', 'place', 'unplace', 'retire', 'use']),
  version: z.string().optional(),
  /** what was promoted before */
  previous: z.string().optional(),
  /** how many guids a placement moved */
  guids: z.number().optional(),
  /** who uses `versions` since then, and no others any more */
  holder: z.string().optional(),
  versions: z.array(z.string()).optional(),
});
export type StackEvent = z.output<typeof event>;

/**
 * What the tags of a stack mean now. Changed by compare-and-swap alone; each change of a meaning raises `generation`.
 * Keys of `placements`, `inUse` and `retired` come from users: look them up as own properties.
 */
export const stackRecord = z.strictObject({
  format: z.literal(1),
  stack: z.string(),
  promoted: z.string().optional(),
  /** guid → version */
  placements: z.record(z.string(), z.string()),
  /** versions that a holder, a patcher for one, said at this time are running */
  inUse: z.record(z.string(), z.strictObject({ versions: z.array(z.string()), at: z.string() })),
  retired: z.record(z.string(), z.strictObject({ at: z.string() })),
  generation: z.number(),
  /** oldest first, the last `historyLength` */
  history: z.array(event),
});
export type StackRecord = z.output<typeof stackRecord>;

export const historyLength = 100;

/** A stack of which nothing is promoted, placed or retired. */
export function newStack(stack: string): StackRecord {
  return { format: 1, stack, placements: {}, inUse: {}, retired: {}, generation: 0, history: [] };
}
