import { contestFigures } from '../figures/contest-figures.ts';
import type { ContestRow } from '../report.ts';
import { columns, wrapped } from './lines.ts';

/** The contest, task by task, in lines that fit a terminal. */
export function contestText(rows: readonly ContestRow[]): string[] {
  if (rows.length === 0) return [];
  const tasks = Map.groupBy(rows, ({ task }) => task);
  const [head = '', ...lines] = columns([headings, ...[...tasks.values()].flat().map(cellsOf)], 1, 4);
  return [
    ...wrapped(
      'contest: work done in a second of CPU, as a part of what the floor of the task does in one; CPU and bytes copied are those of a request, or of a megabyte of a layer',
    ),
    head,
    ...[...tasks].flatMap(([task, some]) => [
      ...wrapped(task, 2),
      ...some.flatMap(({ aim }) => [
        lines.shift() ?? '',
        ...(aim === undefined ? [] : wrapped(`aim: ${aim}`, 6)),
      ]),
    ]),
  ];
}

const headings = ['', '× floor', 'rounds', 'by clock', 'requests/s', 'bytes/s', 'CPU', 'copied'];

function cellsOf(row: ContestRow): string[] {
  return [row.contestant, ...contestFigures(row)];
}
