import { fractionOf } from './fraction.ts';

/** What an app has in common with others: its buildpack, the libraries that it needs, its size class. */
export type Kind = { guid: string; traits: readonly string[] };

/**
 * Few apps that together have every trait that any has: always the one next that brings most of what is missing. That is
 * at most ln(traits of one app) times as many as the fewest. The same for any order of `apps`.
 */
export function canariesOf(apps: readonly Kind[]): string[] {
  const ranked = apps.map((app) => ({ ...app, fraction: fractionOf(app.guid) }));
  const left = Map.groupBy(ranked, ({ traits }) => traits.toSorted().join('\n'));
  // One app of each kind is enough to choose among.
  const candidates = [...left.values()]
    .map((same) => same.reduce((a, b) => (byFraction(b, a) < 0 ? b : a)))
    .toSorted(byFraction);
  const missing = new Set(candidates.flatMap(({ traits }) => traits));
  const chosen: string[] = [];
  while (missing.size > 0) {
    const best = candidates.reduce((a, b) => (gain(b, missing) > gain(a, missing) ? b : a));
    for (const trait of best.traits) missing.delete(trait);
    chosen.push(best.guid);
  }
  return chosen;
}

function gain({ traits }: Kind, missing: ReadonlySet<string>): number {
  return new Set(traits.filter((trait) => missing.has(trait))).size;
}

type Ranked = Kind & { fraction: number };

function byFraction(a: Ranked, b: Ranked): number {
  return a.fraction - b.fraction || (a.guid < b.guid ? -1 : 1);
}
