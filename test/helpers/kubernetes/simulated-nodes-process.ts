/** Simulated nodes in a process of its own: gets an order as a message, then rules; ends with who started it. */
import type { ApiAccess } from './simulated-api.ts';
import type { Rule } from './simulated-behaviour.ts';
import { SimulatedCluster, type SimulatedClusterOptions } from './simulated-cluster.ts';

export type Order =
  | { kind: 'start'; access: ApiAccess; options: SimulatedClusterOptions; rules: readonly Rule[] }
  | { kind: 'behave'; rules: readonly Rule[] };

let cluster: SimulatedCluster | undefined;

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit());

async function obey(order: Order): Promise<void> {
  if (order.kind === 'start') {
    cluster = new SimulatedCluster(order.access, order.options);
    cluster.rules = order.rules;
    await cluster.start();
  } else if (cluster !== undefined) {
    cluster.rules = order.rules;
  }
  process.send?.('done');
}
