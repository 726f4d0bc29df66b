import type { AppCounts, VersionSummary } from '../../operator/operator.ts';

/** Apps on one version: `apps` is undefined where only some of them are known, those that are placed. */
export type Part = { version: string; placed: number; apps: number | undefined; isPromoted: boolean };

export type StackSummary = {
  stack: string;
  promoted: string | undefined;
  versions: VersionSummary[];
  /** apps in all; undefined while they were not counted */
  apps: number | undefined;
  /** the versions under apps, the promoted one first */
  parts: Part[];
};

/** Stacks by name, and which apps get which version of them. Whoever is not placed gets the promoted one. */
export function stackSummaries(
  versions: readonly VersionSummary[],
  counts?: AppCounts['apps'],
): StackSummary[] {
  const stacks = Map.groupBy(versions, ({ stack }) => stack);
  return [...stacks]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([stack, own]) => summaryOf(stack, own, counts && (counts[stack] ?? 0)));
}

function summaryOf(stack: string, versions: VersionSummary[], apps: number | undefined): StackSummary {
  const placed = versions.reduce((sum, version) => sum + version.placed, 0);
  const others = apps === undefined ? undefined : Math.max(0, apps - placed);
  const parts = versions
    .filter((version) => version.promoted || version.placed > 0)
    .map(({ version, placed: here, promoted: isPromoted }) => ({
      version,
      placed: here,
      isPromoted,
      apps: isPromoted ? others && here + others : here,
    }))
    .map((part) => (part.isPromoted && others === 0 ? { ...part, apps: part.placed } : part))
    .toSorted((a, b) => Number(b.isPromoted) - Number(a.isPromoted) || b.placed - a.placed);
  const promoted = versions.find((version) => version.promoted)?.version;
  return { stack, promoted, versions, apps: apps === undefined ? undefined : Math.max(apps, placed), parts };
}
