import type { ContestRow } from '../load/report/report.ts';
import { median } from '../median.ts';
import type { Aim, Race } from './race.ts';
import { perCpuSecond, ratiosOf } from './ratios.ts';

/** What is asked of a contestant in a race and whether it was met, in words and in figures. */
export function aimsOf(race: Race, contestant: string): Pick<ContestRow, 'aim' | 'aimed'> {
  const verdicts = race.aims.map((aim) => verdict(race, contestant, aim));
  if (verdicts.length === 0) return {};
  const aim = verdicts.map(({ words }) => words).join('; ');
  const ofFloor = Math.max(...verdicts.map((one) => one.ofFloor));
  // Aims without those whom they are compared with are no figures.
  return ofFloor < 0 ? { aim } : { aim, aimed: { ofFloor, met: verdicts.every(({ met }) => met) } };
}

/** @property ofFloor what meets it, as a part of the floor */
type Verdict = { words: string; ofFloor: number; met: boolean };

function verdict(race: Race, contestant: string, { times, as }: Aim): Verdict {
  const aim = `at least ${times} of ${as}`;
  const ratios = ratiosOf(race, contestant, as, perCpuSecond);
  if (ratios.length === 0) return { words: `${aim}: not measured`, ofFloor: -1, met: false };
  const reached = median(ratios);
  const met = reached >= times;
  return {
    words: `${aim}: ${reached.toFixed(times < 10 ? 2 : 0)}, ${met ? 'met' : 'not met'}`,
    ofFloor: times * median(ratiosOf(race, as, race.floor, perCpuSecond)),
    met,
  };
}
