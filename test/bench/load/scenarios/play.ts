import type { ExecutionContext } from 'ava';
import type { ScenarioReport } from '../../../../bench/load/report/report.ts';
import { scenarioReport } from '../../../../bench/load/report/report.ts';
import { playAll } from '../../../../bench/load/scenarios/play-all.ts';
import type { Scenario } from '../../../../bench/load/scenarios/scenario.ts';
import type { Setting } from '../../../../bench/load/scenarios/setting.ts';
import { Theatre } from '../../../../bench/load/scenarios/theatre.ts';
import { makeWorkload } from '../../../../bench/load/workload/make-workload.ts';

export const tiny = makeWorkload({ nodes: 3, apps: 6, diskBytes: 4_000_000 });

/** Plays scenarios on a tiny fleet. @returns the reports by name, which the schema allows */
export async function play(
  t: ExecutionContext,
  scenarios: readonly Scenario[],
  changes: Partial<Setting> = {},
): Promise<(name: string) => ScenarioReport> {
  t.timeout(180_000);
  const usual = { workload: tiny, store: 'directory', tls: false, processes: 1, perSecond: 20 } as const;
  const theatre = new Theatre({ ...usual, firstBackoffMs: 500, ...changes });
  t.teardown(() => theatre[Symbol.asyncDispose]());
  await playAll(theatre, scenarios, (line) => t.log(line));
  const reports = theatre.reports.map((report) => scenarioReport.parse(report));
  return (name) => {
    const report = reports.find((one) => one.name === name);
    if (report === undefined) throw new Error(`There is no report of ${name}`);
    return report;
  };
}
