import { bytes } from '../../../../src/cli/print.ts';
import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';
import { latencyRows } from '../figures/latency-rows.ts';
import { count, decimal, duration, each } from '../figures/units.ts';
import type { ScenarioReport } from '../report.ts';
import { table } from './table.ts';

/** A row for each scenario, which leads to it. */
export function overview(scenarios: readonly ScenarioReport[]): Markup {
  const headings = ['Scenario', 'Pulls', 'Failed', 'Seconds', 'Pulls/s', 'p50', 'p99', 'p99.9', 'Max'];
  const rest = ['Failed requests', 'Conversions', 'To clients', 'CPU a pull', 'Peak memory'];
  return table('All scenarios', [...headings, ...rest], scenarios.map(rowOf));
}

function rowOf(scenario: ScenarioReport, index: number): (string | Markup)[] {
  const { name, seconds, pulls, conversions, bytes: moved, server } = scenario;
  const { count: counted, p50, p99, p999, max } = pulls.latency;
  const requests = latencyRows(scenario).slice(1);
  return [
    markup`<a href="#scenario-${index}">${name}</a>`,
    count(pulls.done),
    count(pulls.failed),
    decimal(seconds),
    decimal(each(pulls.done, seconds)),
    ...(counted === 0 ? ['', '', '', ''] : [p50, p99, p999, max].map(duration)),
    count(requests.reduce((sum, { counts }) => sum + (counts?.errors ?? 0), 0)),
    count(conversions),
    bytes(moved.toClients),
    duration(each(server.cpuSeconds * 1000, pulls.done)),
    bytes(server.peakMemory),
  ];
}
