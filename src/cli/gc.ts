import { InvalidArgumentError, Option, type Command } from 'commander';
import { defaultGraceSeconds } from '../collect/grace.ts';
import type { CollectionReport } from '../collect/report.ts';
import { Failure } from '../errors.ts';
import { withOperator } from './connect.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { bytes, fields, print, table } from './print.ts';

/** `dropstack gc` */
export function gcCommand(program: Command): void {
  facadeCommand(program, 'gc')
    .description('remove what was deleted or retired and is no longer served, and what nothing names')
    .option('--dry-run', 'only tell what would go')
    .addOption(
      new Option(
        '--grace <time>',
        'how long digests are served after a deletion: hours or days, a day at least',
      )
        .default(defaultGraceSeconds, '7d')
        .argParser(parseGrace),
    )
    .option('--uploads-only', 'with --data: there is no source, all droplets were put through dropstack')
    .option('--allow-large', 'go on where more than a tenth of the droplets or objects would go')
    .addHelpText(
      'after',
      '\nRun it once a day: bytes go in the run after the one that removes their names.\n' +
        'It stops, with exit code 1 and nothing removed, where more than a tenth would go: an outage of the source looks\n' +
        'as if everything had been deleted.\n\nExample:\n  dropstack gc --dry-run',
    )
    .action(collect);
}

type Flags = FacadeOptions & { dryRun?: boolean; grace: number; allowLarge?: boolean; uploadsOnly?: boolean };

async function collect({ dryRun = false, allowLarge = false, grace, ...options }: Flags): Promise<void> {
  requireSource(options);
  const report = await withOperator({ ...options, dryRun }, ({ collection }) =>
    collection.run({ dryRun, allowLarge, graceSeconds: grace }),
  );
  print(options.output, report, () => describe(report));
}

/** Droplets of a source that we do not know look as if they had been deleted. */
function requireSource({ data, source, config, uploadsOnly = false }: Partial<Flags>): void {
  if (data === undefined || source !== undefined || config !== undefined || uploadsOnly) return;
  throw new Failure(
    'invalid',
    'Which source do droplets come from? Give --source or --config, or --uploads-only where there is none',
  );
}

/** `7d` or `36h`, in seconds. */
function parseGrace(text: string): number {
  const [, number = '', unit] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  const seconds = Number(number) * (unit === 'd' ? 86_400 : 3600);
  if (seconds >= 86_400) return seconds;
  throw new InvalidArgumentError('Write it as 7d or 36h; a day at least.');
}

function describe(report: CollectionReport): string {
  const { dryRun, removed, waiting, seen, missing, unreadable, stop } = report;
  const total = removed.reduce((sum, tally) => sum + tally.bytes, 0);
  return [
    table(
      [dryRun ? 'WOULD GO' : 'GONE', 'WHY', 'COUNT', 'SIZE', 'FOR EXAMPLE'],
      removed.map(({ kind, why, count, bytes: size, samples: [sample = ''] }) => [
        kind,
        why,
        String(count),
        bytes(size),
        sample,
      ]),
      dryRun ? 'Nothing would go.' : 'Nothing was to be removed.',
    ),
    '',
    fields([
      [dryRun ? 'Would free' : 'Freed', bytes(total)],
      ['Seen', `${seen.droplets} droplets, ${seen.objects} objects`],
      [
        'Waiting',
        `${waiting.droplets} droplets, ${waiting.versions} rootfs versions, ${waiting.objects} objects`,
      ],
      ['Until', waiting.until],
      ['Missing', missing === 0 ? undefined : `${missing} droplets that nobody deleted are in no source`],
      ['Unreadable', unreadable.length === 0 ? undefined : unreadable.slice(0, 3).join(', ')],
      ['Would stop', stop],
    ]),
  ].join('\n');
}
