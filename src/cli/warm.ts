import type { Command } from 'commander';
import { Failure } from '../errors.ts';
import type { Operator } from '../operator/operator.ts';
import { parseAge } from './age.ts';
import { withOperator } from './connect.ts';
import { facadeCommand, type FacadeOptions } from './options.ts';
import { patiently } from './patiently.ts';
import { print, table } from './print.ts';
import { showProgress } from './progress.ts';
import { Tally } from './tally.ts';
import { onlyTried, withDryRun, type DryRun } from './trial/dry-run.ts';
import { describeTrial, tryWarm } from './trial/try-warm.ts';
import { warmAll, type WarmOptions, type Wish } from './warm-all.ts';
import { readWishes } from './wishes.ts';

type WarmFlags = FacadeOptions &
  DryRun & {
    version?: string;
    guids?: string;
    newerThan?: string;
    concurrency: string;
  };

/** `dropstack warm` */
export function warmCommand(program: Command): void {
  withDryRun(facadeCommand(program, 'warm <stack>'))
    .description(
      'convert the droplets of a stack before anybody pulls them; again, it does only what is left',
    )
    .option('--version <version>', 'make their images over this rootfs version too')
    .option('--guids <file>', 'only these: a guid or guid:hash a line, - for standard input')
    .option('--newer-than <age>', 'only those that came to the source since, as in 12h, 30d, 4w')
    .option('--concurrency <n>', 'droplets that are asked for at once', '4')
    .addHelpText(
      'after',
      '\nPulls go first. Stop it at any time: what is converted stays so.\n' +
        'Exit codes: 0 all are warm but those that are refused, 1 some failed or are left, 2 wrong input.\n' +
        'Example:\n  dropstack warm cflinuxfs4 --version 1.269.0 --newer-than 30d',
    )
    .action(warm);
}

async function warm(stack: string, flags: WarmFlags): Promise<void> {
  const options = { stack, version: flags.version, concurrency: countOf(flags.concurrency) };
  if (flags.guids !== undefined && flags.newerThan !== undefined)
    throw new Failure('invalid', 'Give --guids or --newer-than, not both: a list has no age');
  const age = flags.newerThan === undefined ? undefined : parseAge(flags.newerThan);
  const listed = flags.guids === undefined ? undefined : await readWishes(flags.guids);
  await withOperator(flags, async (operator) => {
    await patiently(() => requireServable(operator, options));
    const wishes = listed ?? (await storedDroplets(operator, age));
    if (flags.dryRun === true) {
      const tried = await tryWarm(operator, wishes, options);
      print(flags.output, tried, () => onlyTried(describeTrial(tried)));
      return;
    }
    const summary = await run(operator, wishes, options);
    print(flags.output, summary, () => describe(summary));
    if (summary.failed > 0 || summary.left > 0) process.exitCode = 1;
  });
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new Failure('invalid', `--concurrency must be a number from 1 to 9999, not ${text}`);
  return Number(text);
}

/** A name that is wrong is told once, and not for each droplet. */
async function requireServable({ rootfs }: Operator, { stack, version }: WarmOptions): Promise<void> {
  const { retired } = await rootfs.stack(stack);
  if (version === undefined) return;
  await rootfs.version(stack, version);
  if (Object.hasOwn(retired, version))
    throw new Failure(
      'conflict',
      `Version ${version} of stack ${stack} is retired: nothing is served over it`,
    );
}

/** Names alone are kept, some hundred bytes each. */
async function storedDroplets({ warming }: Operator, age: number | undefined): Promise<Wish[]> {
  const since = age === undefined ? undefined : Math.max(0, Date.now() - age);
  return patiently(() => Array.fromAsync(warming.stored(since), ({ guid, hash }) => ({ guid, hash })));
}

type Summary = ReturnType<typeof summarise>;

async function run(operator: Operator, wishes: readonly Wish[], options: WarmOptions): Promise<Summary> {
  const tally = new Tally(wishes.length);
  const started = performance.now();
  const end = showProgress(() => progressOf(tally, (performance.now() - started) / 1000));
  let stopped: string | undefined;
  try {
    await warmAll(operator, wishes, options, tally);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    stopped = error.message;
  } finally {
    end();
  }
  return summarise(options, tally, (performance.now() - started) / 1000, stopped);
}

function progressOf({ counts, done, left }: Tally, seconds: number): string {
  const { converted, known, refused, failed } = counts;
  const rate = done / Math.max(seconds, 0.001);
  const parts = [`${converted} converted`, `${known} were ready`, `${refused} refused`, `${failed} failed`];
  return `${done} done (${parts.join(', ')}), ${left} left, ${rate.toFixed(1)} a second`;
}

function summarise(
  { stack, version }: WarmOptions,
  { counts, left, reasons, failures }: Tally,
  seconds: number,
  stopped: string | undefined,
) {
  return {
    stack,
    ...(version === undefined ? {} : { version }),
    ...counts,
    left,
    seconds: Math.round(seconds * 10) / 10,
    reasons: Object.fromEntries(reasons),
    failures,
    ...(stopped === undefined ? {} : { stopped }),
  };
}

function describe({ stack, version, stopped, ...summary }: Summary): string {
  const { converted, known, elsewhere, deleted, refused, failed, left } = summary;
  const over = version === undefined ? '' : ` over version ${version}`;
  const others = elsewhere + deleted;
  return [
    `Of stack ${stack}${over}: ${converted} converted, ${known} were ready, ${refused} refused, ${failed} failed, ${left} left.`,
    ...(others === 0 ? [] : [`Passed over: ${elsewhere} of other stacks, ${deleted} deleted.`]),
    ...(summary.failures.length === 0 ? [] : ['', reasonTable(summary)]),
    ...(stopped === undefined ? [] : ['', `Stopped early: ${stopped}`]),
    ...(left === 0 ? [] : ['What is left is done by the same command again.']),
  ].join('\n');
}

function reasonTable({ reasons, failures }: Pick<Summary, 'reasons' | 'failures'>): string {
  return table(
    ['REASON', 'DROPLETS', 'FOR EXAMPLE'],
    Object.entries(reasons).map(([reason, count]) => [
      reason,
      String(count),
      failures.find((failure) => failure.reason === reason)?.message ?? '',
    ]),
  );
}
