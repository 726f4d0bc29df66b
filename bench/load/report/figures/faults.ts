import { kinds } from '../../fleet/observed.ts';
import type { ScenarioReport } from '../report.ts';
import { kindNames } from './kind-names.ts';

type Fault = { where: string; what: string; times: number };

/** What went wrong: requests by their kind and code, then pulls by their reason; within each the most first. */
export function faults({ kinds: told, pulls }: ScenarioReport): Fault[] {
  const requests = kinds.flatMap((kind) => listed(kindNames[kind], told[kind].errors));
  return [...requests.toSorted(byTimes), ...listed('pull', pulls.reasons).toSorted(byTimes)];
}

function listed(where: string, times: Record<string, number>): Fault[] {
  return Object.entries(times).map(([what, some]) => ({ where, what, times: some }));
}

function byTimes(a: Fault, b: Fault): number {
  return b.times - a.times;
}
