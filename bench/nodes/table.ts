import { median } from '../median.ts';
import type { Visit } from './visit.ts';
import type { Way } from './ways.ts';

type Row = { name: string; way: Way; visits: Visit[] };

/** Collects visits, and tells the medians of each image and way. `bytes` answers how much goes over the wire. */
export function visitsTable(bytes: (name: string, way: Way) => number) {
  const rows = new Map<string, Row>();
  return {
    add: (name: string, way: Way, visit: Visit): void => {
      const key = JSON.stringify([name, way]);
      const row = rows.get(key) ?? { name, way, visits: [] };
      row.visits.push(visit);
      rows.set(key, row);
    },
    text: (): string => {
      const lines = [...rows.values()].map((row) => line(row, bytes(row.name, row.way)));
      return [head, ...lines, ''].join('\n');
    },
  };
}

const head = `| image | layer | node | client | MB | pull to unpacked, s | least to most | CPU s | run to answer, s |
|---|---|---|---|---|---|---|---|---|`;

function line({ name, way, visits }: Row, bytes: number): string {
  const walls = visits.map(({ wallMs }) => wallMs);
  const starts = visits.flatMap(({ startMs }) => startMs ?? []);
  const cells = [
    name,
    way.compression,
    way.setup,
    way.client,
    (bytes / 1e6).toFixed(1),
    seconds(median(walls)),
    `${seconds(Math.min(...walls))} to ${seconds(Math.max(...walls))}`,
    median(visits.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
    starts.length === 0 ? '' : seconds(median(starts)),
  ];
  return `| ${cells.join(' | ')} |`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(2);
}
