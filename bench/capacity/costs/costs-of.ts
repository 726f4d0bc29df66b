import type { Run } from '../read-runs.ts';
import { byteCosts } from './byte-costs.ts';
import { connectionCosts } from './connection-costs.ts';
import type { Costs } from './costs.ts';
import { cpuCosts } from './cpu-costs.ts';
import { Ledger, type Step } from './ledger.ts';
import { storeCosts } from './store-costs.ts';

/** What each event costs by these runs together. Each step takes off what is known by the steps before. */
export function costsOf(runs: readonly Run[]): { costs: Costs; steps: readonly Step[] } {
  const ledger = new Ledger();
  const bytes = byteCosts(ledger, runs);
  const cpu = cpuCosts(ledger, runs, bytes);
  const store = storeCosts(ledger, runs);
  const connections = connectionCosts(ledger, runs);
  return { costs: { bytes, cpu, store, connections }, steps: ledger.steps };
}
