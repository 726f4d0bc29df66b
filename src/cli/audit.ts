import { InvalidArgumentError, type Command } from 'commander';
import type { AuditEntry } from '../operator/audit/entry.ts';
import { auditId } from '../operator/audit/keys.ts';
import { isFailure } from '../errors.ts';
import { parseAge } from './age.ts';
import { withOperator } from './connect.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { print, table } from './print.ts';

/** `dropstack audit` */
export function auditCommand(program: Command): void {
  facadeCommand(program, 'audit')
    .description('tell who changed what, and who was refused: newest first')
    .option(
      '--since <time>',
      'from then on: an age such as 12h or 30d, or a time in RFC 3339',
      (text: string) => parseTime(text),
    )
    .option('--before <time>', 'up to then; or the id of an entry, for what came before it', parsePlace)
    .option('--limit <number>', 'so many entries at the most', parseLimit, 50)
    .addHelpText(
      'after',
      '\nPulls and conversions are no changes; the log of the facade has a line for each request.\n\n' +
        'Examples:\n  dropstack audit --since 7d\n  dropstack audit --since 2026-11-21T00:00:00Z -o json',
    )
    .action(show);
}

type Flags = FacadeOptions & { since?: string; before?: string; limit: number };

async function show({ since, before, limit, ...options }: Flags): Promise<void> {
  const page = await withOperator(options, ({ audit }) => audit.list({ since, before, limit }));
  print(options.output, page, () => {
    const entries = table(
      ['WHEN', 'WHO', 'FROM', 'WHAT', 'ON', 'OUTCOME'],
      page.entries.map((entry) => [
        entry.at.slice(0, 19).replace('T', ' '),
        entry.user,
        entry.address ?? 'the store',
        entry.action,
        subjectOf(entry),
        entry.reason === undefined ? entry.outcome : `${entry.outcome}: ${entry.reason}`,
      ]),
      'Nothing was changed.',
    );
    const { unreadable = [], next } = page;
    return [
      entries,
      ...(unreadable.length === 0
        ? []
        : [
            `${unreadable.length} more cannot be read, since they are damaged or of a later release: ${unreadable.join(', ')}`,
          ]),
      ...(next === undefined ? [] : [`There is more: --before ${next}`]),
    ].join('\n\n');
  });
}

function subjectOf(entry: AuditEntry): string {
  const { stack, version, guid, hash, holder, versions, count, first, reference, previous } = entry;
  const { order, roll, wave } = entry;
  const droplet =
    guid === undefined ? undefined : [guid, hash].filter((part) => part !== undefined).join('/');
  const rootfs = [stack, version].filter((part) => part !== undefined).join(' ');
  const placed = first === undefined ? undefined : placementsOf(count ?? 0, first);
  return [
    order,
    wave === undefined ? undefined : `wave ${wave}`,
    roll === undefined ? undefined : `roll ${roll} of`,
    droplet,
    droplet !== undefined && rootfs !== '' ? `for ${rootfs}` : rootfs,
    previous === undefined ? undefined : `after ${previous}`,
    reference === undefined ? undefined : `from ${reference}`,
    holder === undefined ? undefined : `by ${holder}: ${versions?.join(', ') || 'none'}`,
    placed ?? (count === undefined ? undefined : `${count} keys`),
  ]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');
}

function placementsOf(count: number, first: NonNullable<AuditEntry['first']>): string {
  const told = Object.entries(first).map(([guid, version]) => `${guid} on ${version ?? 'what is promoted'}`);
  const more = count - told.length;
  return more > 0 ? `${told.join(', ')} and ${more} more` : told.join(', ');
}

/** In milliseconds since the epoch. */
function parseTime(text: string, orElse = ''): string {
  const time = Date.parse(text);
  if (/^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(time)) return String(time);
  try {
    return String(Date.now() - parseAge(text));
  } catch (error) {
    if (isFailure(error))
      throw new InvalidArgumentError(`Write it as 12h, 30d or 2026-11-21T00:00:00Z${orElse}.`);
    throw error;
  }
}

function parsePlace(text: string): string {
  return auditId.test(text) ? text : parseTime(text, ', or an id that this command has told');
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new InvalidArgumentError('A number from 1 to 1000.');
}
