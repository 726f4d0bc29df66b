import { Failure } from '../../errors.ts';
import type { Contents, Package } from '../../rootfs/contents/contents.ts';
import { compareVersions } from '../../rootfs/contents/version.ts';

const operators = ['<', '<=', '=', '>=', '>'] as const;

/** Some versions of a package, binary or source; all of them without `operator`. */
export type PackageQuery = { name: string; operator?: (typeof operators)[number]; version: string };

const grammar = /^([A-Za-z0-9][A-Za-z0-9+._-]*)(?:\s*(<=|>=|<|=|>)\s*([A-Za-z0-9][A-Za-z0-9.+~:_^-]*))?$/;

/**
 * Reads `libssl3<3.0.2-0ubuntu1.20`, or a name alone.
 * @throws Failure `invalid`
 */
export function parsePackageQuery(text: string): PackageQuery {
  const [, name, sign, version = ''] = grammar.exec(text.trim()) ?? [];
  if (name === undefined)
    throw new Failure(
      'invalid',
      `${JSON.stringify(text)} names no package: write it as 'libssl3<3.0.2-0ubuntu1.20', with <, <=, =, >= or >, in quotes`,
    );
  const operator = operators.find((one) => one === sign);
  return operator === undefined ? { name, version } : { name, operator, version };
}

/**
 * The packages of a rootfs that a query means, by their own name and version, or by those of the source that they were
 * built from; undefined where nobody knows which packages the rootfs has.
 * @throws Failure `unsupported` where a package is none of dpkg's: only their versions have an order here
 */
export function packagesOf(
  { packages }: Pick<Contents, 'packages'>,
  query: PackageQuery,
): Package[] | undefined {
  if (packages.length === 0) return undefined;
  return packages.filter((found) => {
    const version = versionMeant(found, query.name);
    return version !== undefined && fits(found, version, query);
  });
}

function versionMeant({ name, version, source, sourceVersion }: Package, wanted: string): string | undefined {
  if (name === wanted) return version;
  return source === wanted ? (sourceVersion ?? version) : undefined;
}

function fits({ name, manager }: Package, found: string, { operator, version }: PackageQuery): boolean {
  if (operator === undefined) return true;
  if (manager !== 'dpkg') {
    if (operator === '=') return found === version;
    throw new Failure(
      'unsupported',
      `Versions of ${name}, a package of ${manager}, have no order here: ask with = for each version`,
    );
  }
  const order = compareVersions(found, version);
  if (order === 0) return operator.includes('=');
  return operator.startsWith(order < 0 ? '<' : '>');
}
