import { z } from 'zod';
import { kinds, type Plan, type Step } from './plan.ts';
import { objectKey } from '../store/objects.ts';

const samplesKept = 3;

const tally = z.object({
  kind: z.enum(kinds),
  why: z.enum(['deleted', 'absent', 'retired', 'unnamed', 'empty']),
  count: z.number(),
  bytes: z.number(),
  /** a few of the keys */
  samples: z.array(z.string()),
});
export type Tally = z.output<typeof tally>;

/** What a collection did, or would do. */
export const collectionReport = z.object({
  dryRun: z.boolean(),
  /** when it began, ISO 8601 */
  at: z.string(),
  graceSeconds: z.number(),
  /** why it would stop unless it is allowed to go on: in a dry run only */
  stop: z.string().exactOptional(),
  /** droplets with a record, and objects, that were there */
  seen: z.object({ droplets: z.number(), objects: z.number() }),
  removed: z.array(tally),
  /** what stays for its grace, or for a day after what named it; `until` is when the first grace ends */
  waiting: z.object({
    droplets: z.number(),
    versions: z.number(),
    objects: z.number(),
    until: z.string().exactOptional(),
  }),
  /** droplets with a record that are in no source and were not deleted */
  missing: z.number(),
  /** keys that cannot be understood, and are left alone */
  unreadable: z.array(z.string()),
});
export type CollectionReport = z.output<typeof collectionReport>;

/** Counts what is removed, by kind and reason. */
export class Tallies {
  readonly #tallies = new Map<string, Tally>();

  add({ kind, why, key, bytes }: Step): void {
    const id = `${kind} ${why}`;
    const found = this.#tallies.get(id) ?? { kind, why, count: 0, bytes: 0, samples: [] };
    found.count++;
    found.bytes += bytes;
    if (found.samples.length < samplesKept) found.samples.push(key);
    this.#tallies.set(id, found);
  }

  list(): Tally[] {
    const order = ({ kind, why }: Tally): string => String(kinds.indexOf(kind)).padStart(2, '0') + why;
    return [...this.#tallies.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
  }
}

/** Everything that a plan would remove. */
export function* stepsOf(plan: Plan): Iterable<Step> {
  for (const { steps } of [...plan.droplets, ...plan.versions]) yield* steps;
  yield* plan.pointers;
  yield* plan.contents;
  for (const [id, bytes] of plan.due) yield { kind: 'object', why: 'unnamed', key: objectKey(id), bytes };
  yield* plan.states;
  yield* plan.probes;
}
