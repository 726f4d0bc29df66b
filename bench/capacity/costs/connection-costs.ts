import { decimal } from '../../load/report/figures/units.ts';
import { playedOf, type Run } from '../read-runs.ts';
import type { Costs } from './costs.ts';
import type { Ledger } from './ledger.ts';

export function connectionCosts(ledger: Ledger, runs: readonly Run[]): Costs['connections'] {
  const start = ledger.each(
    'Connections of a start',
    'warm: connections / starts',
    playedOf(runs, 'warm').map(({ seen, work }) => [seen.connections, work.starts]),
    decimal,
  );
  const fetch = ledger.each(
    'Connections more where it fetches',
    'cold: (connections − starts at their cost) / fetches',
    playedOf(runs, 'cold').map(({ seen, work }) => [seen.connections - work.starts * start, work.fetches]),
    decimal,
  );
  return { start, fetch };
}
