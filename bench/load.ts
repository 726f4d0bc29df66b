/**
 * The load harness: a fleet of simulated nodes before real facades, scenario by scenario, and a report.
 * `npm run bench -- load [small|medium|large] [scenario...]`
 */
import { mkdir, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { contestBench } from './contest.ts';
import { Interruption, interruption } from './load/command/interruption.ts';
import { machine } from './load/command/machine.ts';
import { ownTemp } from './load/command/own-temp.ts';
import { loadUsage, parseLoad, type LoadCommand } from './load/command/parse-load.ts';
import { keptDroplets } from './load/foundation/kept-droplets.ts';
import type { ContestRow, Report } from './load/report/report.ts';
import { textOf } from './load/report/text-of.ts';
import { writeReport } from './load/report/write-report.ts';
import { playAll } from './load/scenarios/play-all.ts';
import { describeSetting, usualRate, type Setting } from './load/scenarios/setting.ts';
import { Theatre } from './load/scenarios/theatre.ts';
import { makeWorkload } from './load/workload/make-workload.ts';
import { readWorkload, writeWorkload } from './load/workload/workload-file.ts';

/**
 * @returns the exit code: 0 where all went as it must, 1 where something did not, 2 where the arguments are wrong. An
 * interruption ends the process with 130, when all that was started has ended.
 */
export async function loadBench(args: readonly string[]): Promise<number> {
  let command: LoadCommand;
  try {
    command = parseLoad(args);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}\n${loadUsage}`);
    return 2;
  }
  await using stack = new AsyncDisposableStack();
  const interrupted = interruption(stack);
  const home = tmpdir();
  await ownTemp(stack);
  const open = (): Promise<string> =>
    command.out === undefined
      ? mkdtemp(join(home, 'dropstack-load-'))
      : mkdir(command.out, { recursive: true }).then(() => resolve(command.out ?? ''));
  try {
    return await Promise.race([runAll(stack, command, open), interrupted]);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    say(`${error.message}: all that was started ends`);
    await stack.disposeAsync();
    // What was under way here fails, but is not over.
    return process.exit(130);
  }
}

async function runAll(
  stack: AsyncDisposableStack,
  command: LoadCommand,
  open: () => Promise<string>,
): Promise<number> {
  const begun = new Date().toISOString();
  const setting = await settingOf(command);
  const { workload } = setting;
  const before = machine();
  say(`${workload.apps} droplets are made, or were made before …`);
  await keptDroplets(workload);

  const theatre = stack.use(new Theatre(setting));
  await playAll(theatre, command.scenarios, say);
  await theatre.clear();

  const out = await open();
  const version = await versionOf();
  const keep = async (contest: ContestRow[], failed: readonly string[]): Promise<Report> => {
    const setup = [...describeSetting(setting), ...failed];
    const { reports: scenarios } = theatre;
    const report: Report = {
      format: 1,
      version,
      begun,
      machine: before,
      setup,
      workload,
      scenarios,
      contest,
    };
    await writeReport(out, report);
    return report;
  };
  await writeWorkload(join(out, 'workload.json'), workload);
  // The contest takes minutes: what was seen until then is kept.
  let report = await keep([], []);
  const { contest, failed } = command.contest ? await compared() : { contest: [], failed: [] };
  if (command.contest) report = await keep(contest, failed);
  process.stdout.write(`${textOf(report)}\nreport.json, report.html and workload.json are in ${out}\n`);
  const isWell = failed.length === 0 && theatre.reports.every(({ wrong }) => wrong === undefined);
  return isWell ? 0 : 1;
}

async function settingOf(command: LoadCommand): Promise<Setting> {
  const { size, workloadFile, seed, store, tls, processes, rate } = command;
  const workload =
    workloadFile === undefined ? makeWorkload(size, { seed }) : await readWorkload(workloadFile);
  return { workload, store, tls, processes, perSecond: rate ?? usualRate(workload) };
}

/** As short as can be: the contest has a command of its own. */
async function compared(): Promise<{ contest: ContestRow[]; failed: string[] }> {
  say('contest …');
  try {
    return { contest: await contestBench(1, 1), failed: [] };
  } catch (error) {
    const why = `the contest broke off: ${error instanceof Error ? error.message : String(error)}`;
    say(why);
    return { contest: [], failed: [why] };
  }
}

async function versionOf(): Promise<string> {
  const text = await readFile(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
