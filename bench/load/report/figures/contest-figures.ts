import { bytes } from '../../../../src/cli/print.ts';
import type { ContestRow } from '../report.ts';
import { decimal, duration, ratio } from './units.ts';

/** What a contestant did, beside its floor and by itself, in words. */
export function contestFigures(row: ContestRow): string[] {
  return [
    ratio(row.ofFloor),
    row.spread.map(ratio).join('–'),
    ratio(row.ofFloorByClock),
    decimal(row.requestsPerSecond),
    bytes(row.bytesPerSecond),
    duration(row.cpuSeconds * 1000),
    row.copied === undefined ? '' : bytes(Math.round(row.copied)),
  ];
}
