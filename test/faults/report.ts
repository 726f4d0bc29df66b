import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { FaultProxy } from '../helpers/fault-proxy.ts';
import type { Outcome, Toll } from './client.ts';
import type { Trouble } from './plan.ts';
import type { Vitals } from './vitals.ts';

export type Findings = {
  seconds: number;
  outcomes: readonly Outcome[];
  toll: Toll;
  counters: FaultProxy['counters'];
  troubles: readonly Trouble[];
  failedStarts: number;
  /** objects that no record names */
  unnamed: number;
  openUploads: number;
  before: Vitals;
  after: Vitals;
};

/** Where the figures are told. */
export const page = join(import.meta.dirname, '../../docs/reliability.md');
/** Their place in it: what begins it, the end of it, and between them the figures. */
export const section = /(<!-- figures -->\n)([^]*?)(<!-- end -->)/;

/** What a run found, as a table. */
export function figures(found: Findings): string {
  const { outcomes, toll, counters, troubles, before, after } = found;
  const refusals = Map.groupBy(
    outcomes.filter(({ end }) => end === 'refused'),
    ({ why }) => why,
  );
  const count = (kind: Trouble['kind']): string => String(troubles.filter((one) => one.kind === kind).length);
  const { requests, ...kinds } = counters;
  const injected = Object.values(kinds).reduce((sum, n) => sum + n, 0);
  return table([
    ['pulls, in seconds', `${outcomes.length}, ${found.seconds.toFixed(0)}`],
    ['ended with the right bytes', String(outcomes.filter(({ end }) => end === 'whole').length)],
    ...[...refusals].map(([why, those]) => [`were told ${why}`, String(those.length)]),
    ['ended in another way', String(outcomes.filter(({ end }) => end === 'broken').length)],
    ['of those with the right bytes: p50, p99, longest', times(outcomes)],
    ['bytes pulled', `${Math.round(toll.bytes / 1e6)} MB`],
    ['answers that broke, and were resumed by a range', String(toll.resumes)],
    ['requests without an answer, sent to another replica', String(toll.unanswered)],
    ['blobs fetched again, because an answer that broke had brought wrong bytes', String(toll.startedOver)],
    ['requests to the store', String(requests)],
    [
      'faults of them',
      `${injected}: ${Object.entries(kinds)
        .map(([kind, n]) => `${kind} ${n}`)
        .join(', ')}`,
    ],
    ['the store went away for 2 to 3 s', count('away')],
    ['a replica was killed', count('kill')],
    ['a start failed because of the store, and was tried again', String(found.failedStarts)],
    ["a replica's clock jumped", count('jump')],
    [
      "a cache's disk was filled up",
      String(troubles.filter((one) => one.kind === 'disk' && one.full).length),
    ],
    ['objects that nothing names, for the collector', String(found.unnamed)],
    ['uploads in parts that nobody ended', String(found.openUploads)],
    ['resident memory of the replica that was not killed, before and after', `${mib(before)}, ${mib(after)}`],
    ['its open files', `${before.files.length}, ${after.files.length}`],
    ['its connections', `${before.sockets}, ${after.sockets}`],
  ]);
}

/** With `UPDATE_DOCS=1` the page has them; that it has a place for them is always looked at. */
export async function writeFigures(t: ExecutionContext, text: string): Promise<void> {
  const old = await readFile(page, 'utf8');
  t.regex(old, section);
  if (process.env['UPDATE_DOCS'] !== '1') return;
  await writeFile(
    page,
    old.replace(section, (_, start: string, _old: string, end: string) => `${start}\n${text}\n\n${end}`),
  );
}

function times(outcomes: readonly Outcome[]): string {
  const sorted = outcomes
    .filter(({ end }) => end === 'whole')
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b);
  return [0.5, 0.99, 1].map((part) => seconds(sorted[Math.ceil(part * sorted.length) - 1])).join(', ');
}

function seconds(ms = NaN): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function mib({ rss }: Vitals): string {
  return `${Math.round(rss / 1024 / 1024)} MB`;
}

function table(rows: string[][]): string {
  return [['What', 'Figure'], ['---', '---'], ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
