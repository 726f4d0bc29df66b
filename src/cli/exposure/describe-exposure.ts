import type { ExposedPod, Exposure, Verdict } from '../../rollout/exposure/exposure.ts';
import type { PackageQuery } from '../../rollout/exposure/package-query.ts';
import { table } from '../print.ts';
import { printableLines } from '../printable.ts';

const few = 20;

/** Who runs what, for people: in the order of urgency. @param all lists every app */
export function describeExposure(
  stack: string,
  exposure: Exposure,
  query: PackageQuery | undefined,
  all: boolean,
): string {
  const { versions, pods } = exposure;
  const concerned = query === undefined ? pods : pods.filter(({ verdict }) => verdict !== 'clear');
  const parts = [
    headline(stack, exposure, query),
    table(
      ['VERSION', 'PODS', 'APPS', 'SINCE', ...(query === undefined ? [] : ['PACKAGE'])],
      versions.map(({ version, pods: count, apps, since, packages, verdict }) => [
        version,
        String(count),
        String(apps),
        since,
        packages.length === 0
          ? verdict === 'unknown'
            ? 'its packages are not known'
            : ''
          : packages.map((found) => `${found.name} ${found.version}`).join(', '),
      ]),
    ),
    appTable(concerned, query !== undefined, all),
  ];
  return printableLines(parts.filter((part) => part !== '').join('\n\n'));
}

function headline(stack: string, { pods, counts }: Exposure, query: PackageQuery | undefined): string {
  const { exposed, unknown } = counts;
  const doubt =
    unknown.pods === 0
      ? ''
      : ` Of ${unknown.pods} pods of ${unknown.apps} apps it is not known what they run.`;
  if (query === undefined) return `${pods.length} pods run droplets of stack ${stack}.${doubt}`;
  const what = `${query.name}${query.operator === undefined ? '' : ` ${query.operator} ${query.version}`}`;
  const found =
    exposed.pods === 0
      ? `No pod of stack ${stack} is known to have ${what}.`
      : `${exposed.pods} pods of ${exposed.apps} apps of stack ${stack} HAVE ${what}.`;
  return found + doubt;
}

/** An app is one row for each version that its pods run. */
function appTable(pods: readonly ExposedPod[], isAsked: boolean, all: boolean): string {
  const rows = [...Map.groupBy(pods, ({ guid, version, doubt }) => `${guid} ${version ?? doubt}`).values()]
    .flatMap((members) => {
      const [first] = members;
      return first === undefined ? [] : [rowOf(first, members)];
    })
    .toSorted((a, b) => order[a.verdict] - order[b.verdict]);
  const told = all ? rows : rows.slice(0, few);
  if (told.length === 0) return '';
  const lines = table(
    ['APP', 'VERSION', 'PODS', 'SINCE', ...(isAsked ? ['VERDICT'] : [])],
    told.map(({ cells, verdict }) => [...cells, ...(isAsked ? [verdict] : [])]),
  );
  return rows.length > told.length
    ? `${lines}\n… and ${rows.length - told.length} more: --all, or -o json`
    : lines;
}

const order: Record<Verdict, number> = { exposed: 0, unknown: 1, clear: 2 };

function rowOf(
  { guid, version, doubt = '', verdict }: ExposedPod,
  members: readonly ExposedPod[],
): { verdict: Verdict; cells: string[] } {
  const [since = ''] = members.map((pod) => pod.since).toSorted((a, b) => Date.parse(a) - Date.parse(b));
  return { verdict, cells: [guid, version ?? `(${doubt})`, String(members.length), since] };
}
