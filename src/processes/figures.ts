import { AggregatorRegistry, type Registry } from 'prom-client';

/** All metrics of one process at one moment, as prom-client gives them. */
export type Figures = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** One registry of the figures of several processes: each metric says how; most are summed. */
export function added(figures: readonly Figures[]): Registry {
  return AggregatorRegistry.aggregate([...figures]);
}

/**
 * What of a process that has ended still counts. Without it, the sums of all would fall when one dies, and a counter that
 * falls is taken for one that began anew.
 */
export async function lasting(figures: readonly Figures[]): Promise<Figures> {
  const sums = await added(figures).getMetricsAsJSON();
  // prom-client declares a number, and gives a word.
  return sums.filter(({ type }) => ['counter', 'histogram'].includes(String(type)));
}
