import type { Cost, Scenario, Series } from './scenario.ts';

/**
 * Measures each scenario so many times more. A round visits all scenarios, and of each the facade and its floor one right after
 * the other, in turn the one or the other first: whatever else the machine does meets both alike.
 */
export async function moreRounds(
  all: ReadonlyMap<Scenario, Series>,
  rounds: number,
  tell: (scenario: Scenario) => void = () => undefined,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const [scenario, series] of all) {
      add(series, await visit(scenario, round % 2 === 0));
      tell(scenario);
    }
  }
}

type Visit = { facade: Cost; floor: Pick<Cost, 'work' | 'cpuSeconds'> };

async function visit(scenario: Scenario, isFacadeFirst: boolean): Promise<Visit> {
  if (isFacadeFirst) return { facade: await scenario.facade(), floor: await scenario.floor() };
  const floor = await scenario.floor();
  return { facade: await scenario.facade(), floor };
}

function add(series: Series, { facade, floor }: Visit): void {
  const { work, cpuSeconds, copied, allocated } = facade;
  (series.cpu ??= []).push(cpuSeconds / work / (floor.cpuSeconds / floor.work));
  (series.copied ??= []).push(copied / work);
  if (allocated !== undefined) (series.allocated ??= []).push(allocated / work);
}
