import type { Assumptions } from '../assumptions.ts';
import type { Costs } from './costs.ts';

/**
 * The costs of real droplets. More of each megabyte is text than in those of the harness, and no process still has in its
 * memory what it is asked for: a layer, or an app over another rootfs, is a request to the store at the least.
 */
export function realCosts(costs: Costs, { conversionMs }: Assumptions): Costs {
  const { cpu, store } = costs;
  return {
    ...costs,
    cpu: { ...cpu, conversionMegabyte: conversionMs / 1000 },
    store: { ...store, layer: Math.max(1, store.layer), rebase: Math.max(1, store.rebase) },
  };
}
