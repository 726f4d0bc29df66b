import { bytes } from '../../../../src/cli/print.ts';
import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';
import { faults } from '../figures/faults.ts';
import { latencyRows } from '../figures/latency-rows.ts';
import { scenarioFigures } from '../figures/scenario-figures.ts';
import { count, decimal, duration, each } from '../figures/units.ts';
import type { ScenarioReport } from '../report.ts';
import { bytesTable } from './bytes-table.ts';
import { charts } from './charts.ts';
import { table } from './table.ts';

/** Kinds of faults that are shown; the JSON has them all. */
const mostFaults = 100;

export function scenarioSection(scenario: ScenarioReport, index: number): Markup {
  const { name, what, seconds, pulls, bytes: moved, notes, wrong = [] } = scenario;
  const { server, clients } = scenarioFigures(scenario);
  const perSecond = `${decimal(each(pulls.done, seconds))} pulls/s, ${bytes(each(moved.toClients, seconds))}/s`;
  return markup`<section id="scenario-${index}"><h2>${name}</h2>
<p>${what}</p>
${wrong.length === 0 ? '' : markup`<ul class="wrong" role="alert">${wrong.map((one) => markup`<li>${one}</li>`)}</ul>`}
<p><strong>${count(pulls.done)}</strong> of ${count(pulls.wanted)} pulls in ${decimal(seconds)} s (${perSecond}), <strong>${count(pulls.failed)}</strong> failed.</p>
${notes.length === 0 ? '' : markup`<ul class="notes">${notes.map((note) => markup`<li>${note}</li>`)}</ul>`}
${charts(scenario, index)}
${latencies(scenario)}
<div class="pair">
${bytesTable(moved)}
${table('Server', ['Figure', 'Value'], server)}
${table('Clients', ['Figure', 'Value'], clients)}
${faultsTable(scenario)}
</div>
</section>`;
}

function latencies(scenario: ScenarioReport): Markup {
  const rows = latencyRows(scenario).map(({ of, until, latency, counts }) => {
    const { p50, p90, p99, p999, max, mean } = latency;
    const told = counts && [count(counts.count), count(counts.errors), bytes(counts.bytes)];
    const times =
      latency.count === 0 ? ['', '', '', '', '', ''] : [p50, p90, p99, p999, max, mean].map(duration);
    return [of, until, ...(told ?? ['', '', '']), ...times];
  });
  const headings = [
    'What',
    'Time to',
    'Count',
    'Failed',
    'Bytes',
    'p50',
    'p90',
    'p99',
    'p99.9',
    'Max',
    'Mean',
  ];
  return table('Latency', headings, rows, [0, 1]);
}

function faultsTable(scenario: ScenarioReport): Markup {
  const all = faults(scenario);
  const rows = all.slice(0, mostFaults).map(({ where, what, times }) => [where, what, count(times)]);
  const rest = all.length - rows.length;
  return markup`${table('Failures', ['Of', 'Why', 'Times'], rows, [0, 1])}
${rest > 0 ? markup`<p>And ${count(rest)} more: the JSON has them.</p>` : ''}`;
}
