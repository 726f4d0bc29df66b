import { costsOf } from './costs/costs-of.ts';
import type { Load } from './costs/costs.ts';
import { loadOf } from './load-of.ts';
import type { Played, Run } from './read-runs.ts';

/** One figure of one scenario as the other runs foretell it, beside what was measured. */
export type Prediction = {
  nodes: number;
  scenario: string;
  figure: Figure;
  predicted: number;
  measured: number;
  isOff: boolean;
};

export const figures = {
  requests: { part: 0.01, slack: 2 },
  conversions: { part: 0, slack: 0 },
  'bytes to clients': { part: 0.03, slack: 100_000, each: 4_096 },
  'bytes from the source': { part: 0.03, slack: 100_000, each: 4_096 },
  'requests to the store': { part: 0.25, slack: 50 },
  'CPU seconds of the server': { part: 0.45, slack: 0.3 },
  'seconds of the clock': { part: 0.45, slack: 1 },
} as const satisfies Record<string, Tolerance>;

/** What the two may differ by: a part of the larger one, a little where both are small, and some bytes for each droplet. */
export type Tolerance = { part: number; slack: number; each?: number };
export type Figure = keyof typeof figures;

/** Leaves each run out in turn: what it took is predicted from its workload and from what things cost the others. */
export function predict(runs: readonly Run[]): Prediction[] {
  return runs.flatMap((run) => {
    const { costs } = costsOf(runs.filter((other) => other !== run));
    const { workload, report, played } = run;
    return played.flatMap((one) => {
      const droplets = one.work.layers + one.work.conversions;
      return pairsOf(one, loadOf(one.work, costs), report.machine.cores)
        .filter(([, predicted, measured]) => predicted !== 0 || measured !== 0)
        .map(([figure, predicted, measured]): Prediction => {
          const off = isOff(predicted, measured, figures[figure], droplets);
          return { nodes: workload.nodes, scenario: one.name, figure, predicted, measured, isOff: off };
        });
    });
  });
}

type Pair = [figure: Figure, predicted: number, measured: number];

function pairsOf(one: Played, load: Load, cores: number): Pair[] {
  const { seen, work } = one;
  return [
    ['requests', load.requests, requestsOf(one)],
    ['conversions', work.conversions, seen.conversions],
    ['bytes to clients', load.toClients, seen.bytes.toClients],
    ['bytes from the source', load.fromSource, seen.bytes.fromSource],
    ...stored(one, load),
    ['CPU seconds of the server', load.cpuSeconds, seen.server.cpuSeconds],
    ...clock(one, load.cpuSeconds, cores),
  ];
}

/** Elsewhere it depends on what memory still holds of the scenario before, as it does not in a fleet of real size. */
function stored({ name, seen }: Played, { storeRequests }: Load): Pair[] {
  if (name !== 'cold' && name !== 'warm') return [];
  return [['requests to the store', storeRequests, total(Object.values(seen.storeRequests))]];
}

/** Repeated requests are more than the model knows of: where there were any, they show as an error. */
function requestsOf({ seen }: Played): number {
  return total(Object.values(seen.kinds).map(({ requests }) => requests)) + seen.challenges;
}

/** Only where CPU was the bound. What the clients took is none of the facade's, and is taken as it was measured. */
function clock({ seen }: Played, cpuSeconds: number, cores: number): Pair[] {
  const clients = seen.clients.cpuSeconds;
  const used = (seen.server.cpuSeconds + clients) / (seen.seconds * cores);
  if (used < bound) return [];
  return [['seconds of the clock', (cpuSeconds + clients) / cores, seen.seconds]];
}

/** The part of all cores' time that server and clients used together, from which on nothing else can have been the bound. */
export const bound = 0.75;

export function isOff(predicted: number, measured: number, tolerance: Tolerance, droplets = 0): boolean {
  const { part, slack, each = 0 } = tolerance;
  return !(Math.abs(predicted - measured) <= part * Math.max(predicted, measured) + slack + each * droplets);
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0);
}
