import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { html, type Markup } from '../html.ts';
import type { History, Line } from '../model/history.ts';
import { useTheme } from '../theme.ts';

export type Shown = { line: Line; /** a custom property */ colour: string; words: string };

type Props = {
  title: string;
  unit: string;
  shown: readonly Shown[];
  history: History;
  /** Each power of ten gets as much room. */
  isLogarithmic?: boolean;
  /** the top of the scale, where it does not follow the values */
  most?: number | undefined;
};

const height = 170;
/** seconds that the chart spans even when it has less to show */
const span = 120;
/** What is less is drawn as this on a logarithmic scale. */
const least = 0.01;

/** A line chart of the last minutes. The values of the last second stand below it, for who does not see it. */
export function Chart({ title, unit, shown, history, isLogarithmic = false, most }: Props): Markup {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const { shown: colours } = useTheme();
  useEffect(() => {
    const within = place.current;
    if (within === null) return undefined;
    const widthOf = (): number => Math.max(200, within.clientWidth);
    const options = optionsOf(within, { unit, shown, isLogarithmic, most });
    const made = new uPlot(
      { ...options, width: widthOf(), height },
      columns(history, shown, isLogarithmic),
      within,
    );
    plot.current = made;
    const resize = new ResizeObserver(() => {
      if (made.width !== widthOf()) made.setSize({ width: widthOf(), height });
    });
    resize.observe(within);
    return () => {
      resize.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [colours]);
  useEffect(() => plot.current?.setData(columns(history, shown, isLogarithmic)), [history]);
  return html`<figure class="chart">
    <figcaption>${title}</figcaption>
    <div class="plot" ref=${place} aria-hidden="true"></div>
    <ul class="key">
      ${shown.map(
        ({ line, colour, words }) =>
          html`<li>
            <i class="swatch ${colour}"></i>${words} <b>${told(history.lines[line].at(-1), unit)}</b>
          </li>`,
      )}
    </ul>
  </figure>`;
}

/** On a logarithmic scale a value is drawn at its power of ten. */
function columns(
  { times, lines }: History,
  shown: readonly Shown[],
  isLogarithmic: boolean,
): uPlot.AlignedData {
  const drawn = (value: number | null): number | null =>
    value === null || !isLogarithmic ? value : Math.log10(Math.max(value, least));
  return [[...times], ...shown.map(({ line }) => lines[line].map(drawn))];
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const number = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 3 });

function told(value: number | null | undefined, unit: string): string {
  return value === null || value === undefined ? '–' : `${number.format(value)} ${unit}`.trim();
}

function optionsOf(
  place: Element,
  {
    unit,
    shown,
    isLogarithmic,
    most,
  }: Required<Pick<Props, 'unit' | 'shown' | 'isLogarithmic'>> & Pick<Props, 'most'>,
): Omit<uPlot.Options, 'width' | 'height'> {
  const line = { stroke: colourOf(place, 'line'), width: 1 };
  const axis = { stroke: colourOf(place, 'soft'), grid: line, ticks: line };
  return {
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { range: (_, first, last) => [Math.min(first, last - span), last] },
      y: {
        range: isLogarithmic
          ? (_, low, high) => decades(low, high)
          : (_, __, high) => [0, most ?? Math.max(1, high * 1.1)],
      },
    },
    series: [
      {},
      ...shown.map(({ colour }) => ({ stroke: colourOf(place, colour), width: 1.5, points: { size: 4 } })),
    ],
    axes: [
      { ...axis, space: 70, values: (_, ticks) => ticks.map((tick) => clock.format(tick * 1000)) },
      {
        ...axis,
        size: 70,
        ...(isLogarithmic ? { incrs: [1, 2, 5], space: 22 } : {}),
        values: (_, ticks) =>
          ticks.map((tick) => `${number.format(isLogarithmic ? 10 ** tick : tick)} ${unit}`),
      },
    ],
  };
}

/** Whole powers of ten around those of the values, which are null where there are none. */
function decades(low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null) return [0, 3];
  const bottom = Math.floor(low);
  return [bottom, Math.max(Math.ceil(high), bottom + 1)];
}

/** A custom property as a canvas takes it: for the theme that is shown. */
function colourOf(place: Element, name: string): string {
  const sample = document.createElement('span');
  sample.className = `ink-${name}`;
  place.append(sample);
  const { color } = getComputedStyle(sample);
  sample.remove();
  return color;
}
