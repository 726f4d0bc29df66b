import type { NeedsRecord } from '../droplet/needs.ts';
import type { DropletDetails, DropletSummary } from '../operator/operator.ts';
import { bytes, fields, table } from './print.ts';
import type { TriedPut } from './trial/try-put.ts';

export function dropletTable(droplets: readonly DropletSummary[]): string {
  return table(
    ['GUID', 'HASH', 'STACK', 'SIZE', 'STATE'],
    droplets.map(({ guid, hash, stack, size, state }) => [
      guid,
      hash,
      stack,
      size === undefined ? '' : bytes(size),
      state,
    ]),
    'There are no droplets.',
  );
}

export function describeDroplet({
  guid,
  hash,
  stack,
  state,
  size,
  record,
  needs,
  refusal,
}: DropletDetails): string {
  return fields([
    ['Droplet', `${guid}/${hash}`],
    ['Stack', stack],
    ['State', state],
    ['Size', size === undefined ? undefined : bytes(size)],
    ['Layer', record?.digest],
    [
      'Layer size',
      record === undefined ? undefined : `${bytes(record.size)}, ${bytes(record.diffSize)} unpacked`,
    ],
    ['Entries', record?.entries],
    ['Start', record?.startCommand],
    ['Buildpack', needs?.buildpack],
    ['Size class', needs?.sizeClass],
    ['Needs', needs === undefined ? undefined : describeNeeds(needs)],
    ['Warnings', record?.warnings.join('; ') || undefined],
    ['Rule', refusal?.rule],
    ['Entry', refusal?.entry || undefined],
    ['Why', refusal?.detail],
  ]);
}

/** What a put would meet. */
export function describeTriedPut({ record, before }: TriedPut): string {
  const { guid, hash, entries, diffSize, warnings } = record;
  const known =
    before === undefined ? 'is new' : before === 'deleted' ? 'was deleted' : `is ${before} already`;
  return [
    `droplet ${guid}/${hash} ${known}, and fit to be a layer of ${entries} entries, ${bytes(diffSize)} unpacked.`,
    ...warnings,
  ].join('\n');
}

/** What it needs of a rootfs; `-o json` tells it file by file. */
function describeNeeds({ groups, brings, unknown, unlisted }: NeedsRecord): string | undefined {
  const needed = new Set(groups.flatMap((group) => group.needed)).difference(new Set(brings));
  const missed = unknown.length + unlisted;
  const libraries = [...needed].toSorted().join(' ');
  return (missed === 0 ? libraries : `${libraries} (and what ${missed} unread files need)`) || undefined;
}
