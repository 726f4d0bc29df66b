import { markup, type Markup } from '../../../../src/rollout/receipt/markup.ts';
import { contestFigures } from '../figures/contest-figures.ts';
import type { ContestRow } from '../report.ts';
import { bar } from './bar.ts';
import { table } from './table.ts';

/** Each task as bars beside its floor. */
export function contestSection(rows: readonly ContestRow[]): Markup {
  if (rows.length === 0) return markup``;
  return markup`<section id="contest"><h2>Contest</h2>
<p>Work done in a second of the server's CPU, as a part of what the floor of the task does in one. The solid line is the floor, the dashed line the aim; the thin line goes from the lowest round to the highest. CPU and bytes copied are those of a request, or of a megabyte of a layer.</p>
${[...Map.groupBy(rows, ({ task }) => task)].map(([task, some]) => taskTable(task, some))}
</section>`;
}

const rates = ['× floor', 'Rounds', 'By clock', 'Requests/s', 'Bytes/s', 'CPU', 'Copied'];
const headings = ['Contestant', 'Beside the floor', ...rates, 'Aim'];

function taskTable(task: string, rows: readonly ContestRow[]): Markup {
  const sizes = rows.flatMap(({ ofFloor, spread, aimed }) => [ofFloor, spread[1], aimed?.ofFloor ?? 0]);
  const full = Math.max(1, ...sizes) * 1.03;
  const cells = rows.map((row) => [
    row.contestant,
    barOf(row, full),
    ...contestFigures(row),
    markup`<span class="${verdict(row)}">${row.aim}</span>`,
  ]);
  return table(task, headings, cells, [0, 1, headings.length - 1]);
}

function barOf(row: ContestRow, full: number): Markup {
  const { ofFloor, spread, aimed } = row;
  const aim = aimed === undefined ? [] : [{ name: 'aim', at: aimed.ofFloor }];
  const lines = [{ name: 'floor', at: 1 }, ...aim];
  return bar({ parts: [{ name: verdict(row), size: ofFloor }], lines, spread }, full);
}

function verdict({ aimed }: ContestRow): string {
  if (aimed === undefined) return 'peer';
  return aimed.met ? 'met' : 'missed';
}
