import { basename, dirname } from 'node:path';
import { readReport } from '../load/report/read-report.ts';
import type { Report, ScenarioReport } from '../load/report/report.ts';
import type { Workload } from '../load/workload/workload.ts';
import { modelled, scenarioWork, type Modelled } from './scenario-work.ts';
import type { Work } from './work.ts';

/** A scenario that the model knows, and what it asked of the facade. */
export type Played = {
  name: Modelled;
  work: Work;
  seen: ScenarioReport & { storeRequests: Record<string, number> };
};

/** A report of the load harness that costs can be taken from. */
export type Run = {
  report: Report;
  workload: Workload;
  /** `cold`, `warm`, `drain` and `bump` at the least */
  played: readonly Played[];
  ahead: NonNullable<ScenarioReport['ahead']>;
};

/** Smallest fleet first. @throws Error naming the report and what is wrong with it */
export async function readRuns(paths: readonly string[]): Promise<Run[]> {
  const runs = await Promise.all(
    paths.map(async (path) => runOf(await readReport(path), `${basename(dirname(path))}/${basename(path)}`)),
  );
  return inOrder(runs);
}

/** @throws Error where they are too few, or tell of servers that were set up differently */
export function inOrder(runs: readonly Run[]): Run[] {
  if (runs.length < 2)
    throw new Error('Two reports are wanted at the least: each is predicted from the others');
  const [one, other] = new Set(runs.map(({ report }) => report.setup[0] ?? ''));
  if (other !== undefined)
    throw new Error(`The reports are of different setups, and cost different things:\n${one}\n${other}`);
  return runs.toSorted((a, b) => a.workload.nodes - b.workload.nodes);
}

export function playedOf(runs: readonly Run[], name: Modelled): Played[] {
  return runs.flatMap(({ played }) => played.filter((one) => one.name === name));
}

/** @throws Error naming the report and what is wrong with it */
export function runOf(report: Report, path: string): Run {
  const fail = (why: string): never => {
    throw new Error(
      `No capacity can be taken from ${path}: ${why}. \`npm run bench -- load small ${modelled.join(' ')} --out DIR\` makes one that will do`,
    );
  };
  const { workload, scenarios } = report;
  const coldSeconds = scenarios.find(({ name }) => name === 'cold')?.seconds ?? 0;
  if (workload === undefined) return fail('it does not say what was run');
  const played = modelled.flatMap((name) => {
    const seen = scenarios.find((scenario) => scenario.name === name);
    if (seen === undefined) return name === 'hot' ? [] : fail(`it has no scenario ${name}`);
    if (seen.wrong !== undefined) return fail(`its scenario ${name} went wrong: ${seen.wrong.join('; ')}`);
    const { storeRequests } = seen;
    if (storeRequests === undefined) return fail(`${name} does not tell requests to the store`);
    return [
      { name, work: scenarioWork(name, workload, seen, coldSeconds), seen: { ...seen, storeRequests } },
    ];
  });
  const ahead = scenarios.find(({ name }) => name === 'bump')?.ahead;
  return {
    report,
    workload,
    played,
    ahead: ahead ?? fail('bump does not tell what making images ahead took'),
  };
}
