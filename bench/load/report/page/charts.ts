import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';
import { latencyRows } from '../figures/latency-rows.ts';
import { count, decimal, duration } from '../figures/units.ts';
import type { ScenarioReport } from '../report.ts';

type Second = ScenarioReport['timeline'][number];

/** Places that the page's script draws charts into, each with the words for who cannot see it. */
export function charts(scenario: ScenarioReport, index: number): Markup {
  const { timeline } = scenario;
  const place = (name: string, title: string, words: string): Markup =>
    markup`<figure class="chart" data-scenario="${index}" data-chart="${name}"><figcaption>${title}</figcaption>
<div class="plot" role="img" aria-label="${title}. ${words}"></div></figure>\n`;
  const line = (
    name: string,
    title: string,
    of: (second: Second) => number,
    told: (value: number) => string,
  ): Markup => (timeline.length === 0 ? markup`` : place(name, title, spoken(timeline.map(of), told)));
  return markup`<div class="charts">
${line('requests', 'Requests a second', ({ requests }) => requests, count)}
${line('bytes', 'Megabytes a second', ({ bytes }) => bytes / 1e6, decimal)}
${line('errors', 'Failed requests a second', ({ errors }) => errors, count)}
${line('p99', 'p99 of each second, milliseconds', ({ p99Ms }) => p99Ms, duration)}
${place('firstByte', 'Time to the first byte, by percentile', percentiles(scenario, 'first byte'))}
${place('total', 'Time to the last byte, by percentile', percentiles(scenario, 'last byte'))}
</div>
${timeline.length === 0 ? '' : markup`<details data-scenario="${index}"><summary>Each second as a table</summary></details>`}`;
}

function spoken(values: readonly number[], told: (value: number) => string): string {
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return `Over ${count(values.length)} seconds: on average ${told(mean)}, at most ${told(most)} in second ${count(values.indexOf(most))}.`;
}

function percentiles(scenario: ScenarioReport, end: string): string {
  const told = latencyRows(scenario)
    .filter(
      ({ of, until, latency }) =>
        latency.count > 0 && (until === end || (of === 'pull' && end === 'last byte')),
    )
    .map(
      ({ of, latency: { p50, p99, max } }) =>
        `${of} p50 ${duration(p50)}, p99 ${duration(p99)}, max ${duration(max)}`,
    );
  return told.length === 0 ? 'Nothing was counted.' : `${told.join('; ')}.`;
}
