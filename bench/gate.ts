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
import { figures, type Figure, type Series, type Stage } from './gate/scenario.ts';
import { startStages } from './gate/stages.ts';
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
  const stages = await startStages(stack);
  const names = stages
    .flatMap((stage) => stage.names)
    .filter((name) => only.length === 0 || only.some((text) => name.includes(text)));
  if (names.length === 0) {
    process.stderr.write(`No scenario's name holds ${only.join(' or ')}\n`);
    return 2;
  }
  const series = (): Map<string, Series> => new Map(names.map((name) => [name, {}]));
  const measured = series();
  // Floors are settled and the disk's caches are full when counting begins.
  await moreRounds(stages, series(), 1);
  await moreRounds(stages, measured, rounds, () => void process.stderr.write('.'));
  process.stderr.write('\n');
  if (before === undefined) await writeBaseline(path, await recorded(measured, rounds));
  const findings = await judgedAgain(before ?? (await readBaseline(path)), stages, measured, rounds);
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
  stages: readonly Stage[],
  measured: ReadonlyMap<string, Series>,
  rounds: number,
): Promise<Finding[]> {
  for (let left = 2; ; left--) {
    const findings = judge(before, measured);
    const names = new Set(findings.filter(seemsWorse).map(({ scenario }) => scenario));
    if (names.size === 0 || left === 0) return findings;
    process.stderr.write(`measured again: ${[...names].join('; ')}\n`);
    await moreRounds(stages, new Map([...measured].filter(([name]) => names.has(name))), rounds);
  }
}

function seemsWorse({ verdict: one }: Finding): boolean {
  return one === 'worse' || one === 'doubtful';
}

function verdict(findings: readonly Finding[]): string {
  if (!hasFailed(findings)) return 'The gate is open.';
  const names = new Set(
    findings.filter((one) => hasFailed([one])).map(({ scenario, figure }) => `${scenario} (${figure})`),
  );
  return `The gate is shut: ${[...names].join('; ')}`;
}

async function recorded(measured: ReadonlyMap<string, Series>, rounds: number): Promise<Baseline> {
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
      [...measured].map(([name, series]) => [name, summariesOf(series)]),
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
