import type { ContestRow } from '../load/report/report.ts';

/** The rows of one task as a table, fastest for its CPU first, and how its aims came out. */
export function contestTable(rows: readonly ContestRow[]): string {
  const sorted = rows.toSorted((a, b) => b.ofFloor - a.ofFloor);
  const aims = rows.flatMap(({ contestant, aim }) => (aim === undefined ? [] : [`${contestant}: ${aim}`]));
  return [`\n## ${rows[0]?.task ?? ''}\n`, head, ...sorted.map(line), '', ...aims, ''].join('\n');
}

const head = `| Who | per CPU, of the floor | least to most | by clock, of the floor | requests/s | MB/s | CPU µs | copied |
|---|---|---|---|---|---|---|---|`;

function line(row: ContestRow): string {
  const { contestant, ofFloor, spread, ofFloorByClock, requestsPerSecond, bytesPerSecond } = row;
  const cells = [
    contestant,
    ratio(ofFloor),
    spread.map(ratio).join(' to '),
    ratio(ofFloorByClock),
    requestsPerSecond.toFixed(requestsPerSecond < 100 ? 1 : 0),
    (bytesPerSecond / 1e6).toFixed(1),
    (row.cpuSeconds * 1e6).toFixed(row.cpuSeconds < 1e-4 ? 1 : 0),
    row.copied === undefined ? '' : row.copied.toFixed(0),
  ];
  return `| ${cells.join(' | ')} |`;
}

function ratio(value: number): string {
  return value.toFixed(value < 0.1 ? 4 : 2);
}
