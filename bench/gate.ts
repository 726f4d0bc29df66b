/**
 * Stops a change that makes the facade dearer. `npm run bench -- gate [--record] [--rounds <n>] [scenario...]`: what a request
 * costs, beside the least that any program could do in the same moments, compared with `bench/gate/baseline.json`.
 */
import { readFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readBaseline, writeBaseline, type Baseline } from './gate/baseline.ts';
import { hasFailed, judge, type Finding } from './gate/judge.ts';
import { moreRounds } from './gate/rounds.ts';
import { figures, type Figure, type Scenario, type Series } from './gate/scenario.ts';
import { startScenarios } from './gate/scenarios.ts';
import { summaryOf, type Summary } from './gate/summary.ts';
import { gateTable } from './gate/table.ts';

const path = join(import.meta.dirname, 'gate/baseline.json');

const usage = `npm run bench -- gate [--record] [--rounds <n>] [scenario...]
  --record    make what is measured the baseline
  --rounds    of each scenario, 5 at least; without it 6, and 18 to record
  scenario    only those whose names hold one of these texts
`;

/** @returns the exit code: 1 where the change must not go in. @throws Error where anything is answered wrongly */
export async function gateBench(args: readonly string[]): Promise<0 | 1 | 2> {
  const options = optionsOf(args);
  if (options === undefined) {
    process.stderr.write(usage);
    return 2;
  }
  const { rounds, record, only } = options;
  await using stack = new AsyncDisposableStack();
  const before = record ? undefined : await readBaseline(path);
  const scenarios = await startScenarios(
    stack,
    (name) => only.length === 0 || only.some((text) => name.includes(text)),
  );
  const measured = new Map<Scenario, Series>(scenarios.map((scenario) => [scenario, {}]));
  // Code is compiled and caches are full when counting begins.
  await moreRounds(new Map(scenarios.map((scenario) => [scenario, {}])), 1);
  await moreRounds(measured, rounds, () => void process.stderr.write('.'));
  process.stderr.write('\n');
  if (before === undefined) await writeBaseline(path, await recorded(measured, rounds));
  const findings = await judgedAgain(before ?? (await readBaseline(path)), measured, rounds);
  process.stdout.write(`${gateTable(findings)}\n${verdict(findings)}\n`);
  return hasFailed(findings) ? 1 : 0;
}

type Options = { rounds: number; record: boolean; only: string[] };

/** Undefined where they make no sense. */
function optionsOf(args: readonly string[]): Options | undefined {
  try {
    const { values, positionals: only } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { record: { type: 'boolean', default: false }, rounds: { type: 'string' } },
    });
    const { record, rounds = record ? 18 : 6 } = values;
    const options = { rounds: Number(rounds), record, only };
    const isWrong = !Number.isInteger(options.rounds) || options.rounds < 5;
    return isWrong || (options.record && only.length > 0) ? undefined : options;
  } catch {
    return undefined;
  }
}

/** What seems worse is measured as often again, twice if need be, before it counts. */
async function judgedAgain(
  before: Baseline,
  measured: ReadonlyMap<Scenario, Series>,
  rounds: number,
): Promise<Finding[]> {
  for (let left = 2; ; left--) {
    const findings = judge(before, byName(measured));
    const names = new Set(findings.filter(seemsWorse).map(({ scenario }) => scenario));
    if (names.size === 0 || left === 0) return findings;
    process.stderr.write(`measured again: ${[...names].join('; ')}\n`);
    await moreRounds(new Map([...measured].filter(([{ name }]) => names.has(name))), rounds);
  }
}

function seemsWorse({ verdict: one }: Finding): boolean {
  return one === 'worse' || one === 'doubtful';
}

function byName(measured: ReadonlyMap<Scenario, Series>): Map<string, Series> {
  return new Map([...measured].map(([{ name }, series]) => [name, series]));
}

function verdict(findings: readonly Finding[]): string {
  if (!hasFailed(findings)) return 'The gate is open.';
  const names = new Set(
    findings.filter((one) => hasFailed([one])).map(({ scenario, figure }) => `${scenario} (${figure})`),
  );
  return `The gate is shut: ${[...names].join('; ')}`;
}

async function recorded(measured: ReadonlyMap<Scenario, Series>, rounds: number): Promise<Baseline> {
  const root = join(import.meta.dirname, '../package.json');
  const { version } = JSON.parse(await readFile(root, 'utf8')) as { version: string };
  const [cpu] = cpus();
  return {
    format: 1,
    version,
    recorded: new Date().toISOString(),
    machine: {
      cores: cpus().length,
      cpu: cpu?.model ?? 'unknown',
      kernel: release(),
      node: process.version,
    },
    rounds,
    scenarios: Object.fromEntries(
      [...measured].map(([{ name }, series]) => [name, summariesOf(series)]),
    ) as Baseline['scenarios'],
  };
}

function summariesOf(series: Series): Partial<Record<Figure, Summary>> {
  return Object.fromEntries(
    figures.flatMap((figure) =>
      series[figure] === undefined ? [] : [[figure, summaryOf(series[figure])] as const],
    ),
  );
}
