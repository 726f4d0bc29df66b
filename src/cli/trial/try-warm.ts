import type { DropletSummary, Operator } from '../../operator/operator.ts';
import type { WarmOptions, Wish } from '../warm-all.ts';

/** What warming would meet: how many droplets it would convert, and how many it would not. */
export type TriedWarm = {
  stack: string;
  version?: string;
  dryRun: true;
  convert: number;
  known: number;
  refused: number;
  elsewhere: number;
  deleted: number;
  missing: number;
};

/** Counts by what is known of droplets: none is read, so that one more may turn out to be refused. */
export async function tryWarm(
  { droplets }: Operator,
  wishes: readonly Wish[],
  { stack, version }: WarmOptions,
): Promise<TriedWarm> {
  const byGuid = Map.groupBy(await droplets.list(), ({ guid }) => guid);
  const counts = { convert: 0, known: 0, refused: 0, elsewhere: 0, deleted: 0, missing: 0 };
  for (const { guid, hash } of wishes) {
    const found = (byGuid.get(guid) ?? []).filter((droplet) => isMeant(droplet, hash));
    for (const droplet of found) counts[fateOf(droplet, stack)]++;
    if (found.length === 0) counts.missing++;
  }
  return { stack, ...(version === undefined ? {} : { version }), dryRun: true, ...counts };
}

/** A guid alone means those that are there. */
function isMeant(droplet: DropletSummary, hash: string | undefined): boolean {
  return hash === undefined ? droplet.state !== 'deleted' : droplet.hash === hash;
}

function fateOf({ state, stack: own }: DropletSummary, stack: string) {
  if (state === 'deleted') return 'deleted';
  if (own !== stack) return 'elsewhere';
  return ({ stored: 'convert', converted: 'known', refused: 'refused' } as const)[state];
}

export function describeTrial({ stack, version, ...counts }: TriedWarm): string {
  const { convert, known, refused, elsewhere, deleted, missing } = counts;
  const images =
    version === undefined ? '' : `\nTheir images over version ${version} would be made where there are none.`;
  return (
    `of stack ${stack}, ${convert} would be converted, ${known} are ready, ${refused} are refused.\n` +
    `Passed over: ${elsewhere} of other stacks, ${deleted} deleted, ${missing} not there.${images}`
  );
}
