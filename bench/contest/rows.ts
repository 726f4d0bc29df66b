import type { ContestRow } from '../load/report/report.ts';
import { median } from '../median.ts';
import { aimsOf } from './aims.ts';
import type { Race, Sample } from './race.ts';
import { perCpuSecond, perSecond, ratiosOf, work } from './ratios.ts';

/**
 * A race's rows, one a contestant. Each ratio is the median of the rounds' own ratios: what slows a round down slows both
 * sides of it.
 */
export function rowsOf(race: Race): ContestRow[] {
  return [...race.samples].map(([contestant, samples]) => rowOf(race, contestant, samples));
}

function rowOf(race: Race, contestant: string, samples: readonly Sample[]): ContestRow {
  const ratios = ratiosOf(race, contestant, race.floor, perCpuSecond);
  const copied = samples.flatMap((sample) =>
    sample.copied === undefined ? [] : [sample.copied / work(sample, race.unit)],
  );
  return {
    task: race.task,
    contestant,
    requestsPerSecond: median(samples.map(({ requests, seconds }) => requests / seconds)),
    bytesPerSecond: median(samples.map(({ bytes, seconds }) => bytes / seconds)),
    cpuSeconds: median(samples.map((sample) => sample.cpuSeconds / work(sample, race.unit))),
    ...(copied.length === 0 ? {} : { copied: median(copied) }),
    ofFloor: median(ratios),
    ofFloorByClock: median(ratiosOf(race, contestant, race.floor, perSecond)),
    spread: [Math.min(...ratios), Math.max(...ratios)],
    ...(contestant.startsWith('dropstack') ? aimsOf(race, contestant) : {}),
  };
}
