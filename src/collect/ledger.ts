import { z } from 'zod';
import { day } from '../store/lifetime.ts';

export const ledgerKey = 'v1/collection.json';

/**
 * Since when objects are named by nothing: a time, ISO 8601, to ids of objects. Who read a name may still read the bytes for a
 * while, so that objects go a day after their names.
 */
export const ledger = z.strictObject({
  format: z.literal(1),
  unnamed: z.record(z.string(), z.array(z.string())),
});
export type Ledger = z.output<typeof ledger>;

/** Those of `unnamed` that were so for a day before `now`. */
export function dueObjects(
  known: Ledger | undefined,
  unnamed: { has(id: string): boolean },
  now: number,
): string[] {
  return Object.entries(known?.unnamed ?? {}).flatMap(([since, ids]) =>
    now - Date.parse(since) >= day ? ids.filter((id) => unnamed.has(id)) : [],
  );
}

/** The ledger for the next collection: each of `unnamed` with the first time that it was seen so, `now` if it was not yet. */
export function nextLedger(known: Ledger | undefined, unnamed: ReadonlySet<string>, now: number): Ledger {
  const left = new Set(unnamed);
  const next: Ledger['unnamed'] = {};
  const keep = (since: string, ids: string[]): void => {
    if (ids.length > 0) next[since] = ids.toSorted();
  };
  for (const [since, ids] of Object.entries(known?.unnamed ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    keep(
      since,
      ids.filter((id) => left.delete(id)),
    );
  }
  keep(new Date(now).toISOString(), [...left]);
  return { format: 1, unnamed: next };
}
