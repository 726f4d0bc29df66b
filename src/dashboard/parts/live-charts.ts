import { html, type Markup } from '../html.ts';
import { useLive } from '../use-live.ts';
import { Chart, type Shown } from './chart.ts';
import { FigureTiles } from './figure-tiles.ts';

const latency: Shown[] = [
  { line: 'warm p50', colour: 'one', words: 'warm, median' },
  { line: 'warm p99', colour: 'two', words: 'warm, p99' },
  { line: 'cold p50', colour: 'three', words: 'cold, median' },
  { line: 'cold p99', colour: 'four', words: 'cold, p99' },
];
const requests: Shown[] = [
  { line: 'requests', colour: 'one', words: 'requests a second' },
  { line: 'failed', colour: 'bad', words: 'failed or cut, in ten seconds' },
];
const hits: Shown[] = [{ line: 'cache hits', colour: 'two', words: 'found in the cache' }];
const conversions: Shown[] = [
  { line: 'running', colour: 'one', words: 'running' },
  { line: 'waiting', colour: 'three', words: 'waiting' },
];

/** How the facade does, second by second. */
export function LiveCharts(): Markup {
  const state = useLive((live) => live.state);
  const history = useLive((live) => live.history);
  return html`<section aria-labelledby="live">
    <h2 id="live">The last seconds</h2>
    <${FigureTiles} state=${state} />
    <div class="charts">
      <${Chart}
        title="Manifests: how long they took"
        unit="ms"
        shown=${latency}
        history=${history}
        isLogarithmic
      />
      <${Chart} title="Requests" unit="" shown=${requests} history=${history} />
      <${Chart} title="Cache" unit="%" shown=${hits} history=${history} most=${100} />
      <${Chart} title="Conversions" unit="" shown=${conversions} history=${history} />
    </div>
  </section>`;
}
