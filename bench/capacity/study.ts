import type { Assumptions } from './assumptions.ts';
import type { Costs } from './costs/costs.ts';
import { costsOf } from './costs/costs-of.ts';
import type { Step } from './costs/ledger.ts';
import { realCosts } from './costs/real-costs.ts';
import { deliveries, type Delivery } from './flow-of.ts';
import { predict, type Prediction } from './predict.ts';
import { playedOf, type Run } from './read-runs.ts';
import { fleetOf, situationsOf, type Fleet } from './situations.ts';
import { sizeFor, type Need } from './size-for.ts';

/** All that the page tells. */
export type Study = {
  runs: readonly Run[];
  given: Assumptions;
  /** of droplets as the runs had them */
  steps: readonly Step[];
  /** of real droplets */
  costs: Costs;
  /** of a process that serves, at its peak while nothing was converted */
  processBytes: number;
  answers: readonly { fleet: Fleet; needs: Readonly<Record<Delivery, Need>> }[];
  predictions: readonly Prediction[];
};

const nodeCounts = [250, 1_000, 5_000] as const;

/** @throws Error where what is assumed cannot be met */
export function studyOf(runs: readonly Run[], given: Assumptions): Study {
  const { costs: seen, steps } = costsOf(runs);
  const costs = realCosts(seen, given);
  const processBytes = Math.max(...playedOf(runs, 'bump').map(({ seen: { server } }) => server.peakMemory));
  const answers = nodeCounts.map((nodes) => {
    const fleet = fleetOf(nodes, given);
    const situations = situationsOf(fleet, given);
    const needs = Object.fromEntries(
      deliveries.map((delivery) => [delivery, sizeFor(situations, delivery, { costs, given, processBytes })]),
    ) as Record<Delivery, Need>;
    return { fleet, needs };
  });
  return { runs, given, steps, costs, processBytes, answers, predictions: predict(runs) };
}
