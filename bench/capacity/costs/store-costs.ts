import { decimal } from '../../load/report/figures/units.ts';
import { playedOf, type Played, type Run } from '../read-runs.ts';
import type { Costs } from './costs.ts';
import type { Ledger } from './ledger.ts';

/** Requests of the facade to its own store. */
export function storeCosts(ledger: Ledger, runs: readonly Run[]): Costs['store'] {
  const each = (
    what: string,
    formula: string,
    paid: readonly (readonly [all: number, times: number])[],
  ): number => ledger.each(`Store requests ${what}`, formula, paid, decimal);

  const [second, lookup] = ledger.both(
    'Store requests of a second of waiting (a), and of looking a tag up again (b)',
    'warm: requests = seconds × a + lookups × b',
    playedOf(runs, 'warm').map((one) => [asked(one), one.work.seconds, one.work.lookups]),
    { known: usualLookup, show: [decimal, decimal] },
  );
  const busy = (one: Played): number => Math.max(0, asked(one) - one.work.seconds * second);
  const layer = each(
    'for a layer',
    'drain: (requests − those of its seconds) / layers',
    playedOf(runs, 'drain').map((one) => [busy(one), one.work.layers]),
  );
  const beside = (one: Played): number =>
    Math.max(0, busy(one) - (one.work.layers + one.work.baseLayers) * layer);
  return {
    second,
    lookup,
    layer,
    conversion: each(
      'for a conversion, with the first look for its image',
      'cold: (requests − those of its seconds and layers) / conversions',
      playedOf(runs, 'cold').map((one) => [beside(one), one.work.conversions]),
    ),
    rebase: each(
      'for an app that is first asked for over another rootfs',
      'bump: (requests − those of its seconds and layers) / apps',
      playedOf(runs, 'bump').map((one) => [beside(one), one.work.rebased]),
    ),
    image: each(
      'for an image made ahead',
      'before bump: requests / images',
      runs.map(({ ahead: { storeRequests, images } }) => [storeRequests, images]),
    ),
  };
}

/** Where no run took so long that anything was looked up again. */
const usualLookup = 3;

function asked({ seen }: Played): number {
  return Object.values(seen.storeRequests).reduce((sum, times) => sum + times, 0);
}
