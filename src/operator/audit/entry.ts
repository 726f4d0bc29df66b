import { z } from 'zod';

/** What operators change. `import` is of a file, `pull` of an image in a registry, `roll` tells one something. */
const actions = [
  'promote',
  'place',
  'retire',
  'use',
  'import',
  'pull',
  'put',
  'assign',
  'delete',
  'collect',
  'roll',
] as const;

/** What a roll is told. */
const rollOrders = ['start', 'pause', 'resume', 'approve', 'abort', 'undo'] as const;

/** A change that was made, or that somebody wanted to make. Fields that a later release adds are left out. */
export const auditEntry = z.object({
  format: z.literal(1),
  /** milliseconds since the epoch and eight hex digits */
  id: z.string(),
  /** RFC 3339 */
  at: z.string(),
  user: z.string(),
  /** the connection's, of whoever asked; none of a command that works on the store */
  address: z.string().exactOptional(),
  /** the id that the answer had, and that the log has of the request */
  request: z.string().exactOptional(),
  action: z.enum(actions),
  stack: z.string().exactOptional(),
  version: z.string().exactOptional(),
  /** what was promoted before */
  previous: z.string().exactOptional(),
  /** of the image that was pulled */
  reference: z.string().exactOptional(),
  guid: z.string().exactOptional(),
  hash: z.string().exactOptional(),
  /** who says that `versions` run */
  holder: z.string().exactOptional(),
  versions: z.array(z.string()).exactOptional(),
  /** of guids that were to be placed, or of keys that were collected */
  count: z.number().exactOptional(),
  /** the first few placements; null where one was to go */
  first: z.record(z.string(), z.string().nullable()).exactOptional(),
  /** that were collected */
  bytes: z.number().exactOptional(),
  order: z.enum(rollOrders).exactOptional(),
  /** that there was when it was told something */
  roll: z.string().exactOptional(),
  /** that was approved by its name */
  wave: z.string().exactOptional(),
  /** `refused`: it may not be, or makes no sense; `failed`: it could not be done */
  outcome: z.enum(['done', 'refused', 'failed']),
  /** why it was not done */
  reason: z.string().exactOptional(),
});
export type AuditEntry = z.output<typeof auditEntry>;

/** In whose name something is done, and how it was asked for. */
export type By = Pick<AuditEntry, 'user' | 'address' | 'request'>;

/** What is done, and on what. */
export type Deed = Omit<
  AuditEntry,
  'format' | 'id' | 'at' | 'user' | 'address' | 'request' | 'outcome' | 'reason'
>;
