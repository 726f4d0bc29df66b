import type { Race, Sample } from './race.ts';

export type Speed = (sample: Sample, unit: Race['unit']) => number;

export const perCpuSecond: Speed = (sample, unit) => work(sample, unit) / sample.cpuSeconds;

export const perSecond: Speed = (sample, unit) => work(sample, unit) / sample.seconds;

/** How many times as fast one was as another, in each round of both. */
export function ratiosOf({ samples, unit }: Race, one: string, other: string, speed: Speed): number[] {
  const others = samples.get(other) ?? [];
  return (samples.get(one) ?? []).flatMap((sample, round) => {
    const beside = others[round];
    return beside === undefined ? [] : [speed(sample, unit) / speed(beside, unit)];
  });
}

/** Requests, or megabytes: the part of a layer that was under way when time was up counts as what it is. */
export function work({ requests, bytes }: Sample, unit: Race['unit']): number {
  return unit === 'request' ? requests : bytes / 1e6;
}
