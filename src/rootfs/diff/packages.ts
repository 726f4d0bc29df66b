import type { Package } from '../contents/contents.ts';
import { compareVersions } from '../contents/version.ts';

export type PackageChange = Pick<Package, 'name' | 'architecture' | 'manager'> & {
  /** Only dpkg's versions are put in order; of others it is told that they changed. */
  change: 'added' | 'removed' | 'upgraded' | 'downgraded' | 'changed';
  /** versions; one is missing where the package came or went */
  from?: string;
  to?: string;
};

/** By name, then architecture. Of a package that is there in several versions, they come and go one by one. */
export function diffPackages(from: readonly Package[], to: readonly Package[]): PackageChange[] {
  const [before, after] = [byName(from), byName(to)];
  const names = [...new Set([...before.keys(), ...after.keys()])].toSorted();
  return names.flatMap((name) => changesOf(before.get(name) ?? [], after.get(name) ?? []));
}

function byName(packages: readonly Package[]): Map<string, Package[]> {
  return Map.groupBy(packages, ({ name, architecture, manager }) =>
    JSON.stringify([name, architecture, manager]),
  );
}

function changesOf(from: readonly Package[], to: readonly Package[]): PackageChange[] {
  const gone = from.filter(({ version }) => !to.some((other) => other.version === version));
  const come = to.filter(({ version }) => !from.some((other) => other.version === version));
  const [a, b] = [gone[0], come[0]];
  if (a !== undefined && b !== undefined && from.length === 1 && to.length === 1) {
    return [{ ...identityOf(a), change: directionOf(a, b), from: a.version, to: b.version }];
  }
  return [
    ...gone.map((item) => ({ ...identityOf(item), change: 'removed' as const, from: item.version })),
    ...come.map((item) => ({ ...identityOf(item), change: 'added' as const, to: item.version })),
  ];
}

function identityOf({ name, architecture, manager }: Package): Omit<PackageChange, 'change'> {
  return { name, architecture, manager };
}

function directionOf(from: Package, to: Package): PackageChange['change'] {
  if (from.manager !== 'dpkg') return 'changed';
  const order = compareVersions(from.version, to.version);
  return order < 0 ? 'upgraded' : order > 0 ? 'downgraded' : 'changed';
}
