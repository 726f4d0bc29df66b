import type { VersionSummary } from '../operator/operator.ts';
import type { RootfsRecord } from '../rootfs/record.ts';
import type { StackEvent, StackRecord } from '../rootfs/stack-record.ts';
import { bytes, fields, table } from './print.ts';

/** @param of the stack that was named; without it, of all */
export function versionTable(versions: readonly VersionSummary[], of?: string): string {
  return table(
    ['STACK', 'VERSION', 'PLATFORM', 'SIZE', 'PACKAGES', 'PLACED', 'STATE'],
    versions.map(
      ({ stack, version, os, architecture, size, packages, placed, promoted: serves, retired }) => [
        stack,
        version,
        `${os}/${architecture}`,
        bytes(size),
        String(packages),
        String(placed),
        serves ? 'promoted' : retired ? 'retired' : '',
      ],
    ),
    `There is no rootfs version${of === undefined ? '' : ` of stack ${of}`}: see dropstack rootfs import --help`,
  );
}

export function describeVersion(record: RootfsRecord): string {
  const { stack, version, os, architecture, osVersion, layers, provides, contents } = record;
  return [
    fields([
      ['Stack', stack],
      ['Version', version],
      ['Platform', `${os}/${architecture}${osVersion === undefined ? '' : ` ${osVersion}`}`],
      ['Packages', contents.packages],
      ['Files', contents.files],
      ['Libraries', contents.libraries],
      ['Launcher', provides.length === 0 ? 'added by dropstack' : `has ${provides.join(', ')}`],
    ]),
    '',
    table(
      ['LAYER', 'SIZE', 'MEDIA TYPE'],
      layers.map(({ digest, size, mediaType }) => [digest, bytes(size), mediaType]),
    ),
  ].join('\n');
}

/** What a promotion changed. @param before what was promoted until then */
export function promoted({ stack, promoted: version, placements }: StackRecord, before?: string): string {
  const elsewhere = Object.values(placements).filter((placed) => placed !== version).length;
  const said = [
    before === version
      ? `Stack ${stack} served version ${version} already: nothing changed.`
      : `Stack ${stack} now serves version ${version}${before === undefined ? '' : ` instead of ${before}`}.`,
  ];
  if (elsewhere > 0) said.push(`Placed on another version, and not moved: ${count(elsewhere, 'guid')}.`);
  if (before !== undefined && before !== version)
    said.push(`Back: dropstack rootfs promote ${stack} ${before}`);
  return said.join('\n');
}

export function describeStack(record: StackRecord): string {
  const { stack, promoted: serves, generation, placements, inUse, retired, history } = record;
  const placed = Map.groupBy(Object.entries(placements), ([, version]) => version);
  return [
    fields([
      ['Stack', stack],
      ['Promoted', serves ?? 'none'],
      ['Generation', generation],
      ...[...placed].map(
        ([version, guids]) => [`On ${version}`, guids.map(([guid]) => guid).join(', ')] as const,
      ),
      ...Object.entries(inUse).map(
        ([holder, { versions, at }]) => [`Run by ${holder}`, `${versions.join(', ')} (${at})`] as const,
      ),
      ['Retired', Object.keys(retired).join(', ') || undefined],
    ]),
    '',
    table(
      ['WHEN', 'WHO', 'WHAT'],
      history.map((event) => [event.at, event.by, describeEvent(event)]),
    ),
  ]
    .join('\n')
    .trimEnd();
}

function describeEvent({ action, version, previous, guids, holder, versions }: StackEvent): string {
  const parts = [action, version, guids === undefined ? undefined : count(guids, 'guid')];
  if (versions !== undefined) parts.push(versions.length === 0 ? 'nothing' : versions.join(', '));
  if (holder !== undefined) parts.push(`by ${holder}`);
  if (previous !== undefined) parts.push(`instead of ${previous}`);
  return parts.filter((part) => part !== undefined).join(' ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
