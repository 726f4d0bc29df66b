import { count, decimal } from '../../load/report/figures/units.ts';
import { playedOf, type Run } from '../read-runs.ts';
import type { Costs } from './costs.ts';
import type { Ledger } from './ledger.ts';

export function byteCosts(ledger: Ledger, runs: readonly Run[]): Costs['bytes'] {
  const cold = playedOf(runs, 'cold');
  const image = ledger.each(
    'Bytes of a manifest and its config',
    'cold: bytes of both / fetches',
    cold.map(({ seen: { kinds }, work }) => [kinds['manifest-get'].bytes + kinds.config.bytes, work.fetches]),
    count,
  );
  const [layer, layerShare] = ledger.both(
    'Bytes of a layer (a), and for each byte of its droplet (b)',
    'cold: bytes of layers − those of the rootfs = layers × a + bytes of their droplets × b',
    cold.map(({ seen, work }) => [seen.kinds.layer.bytes - work.baseBytes, work.layers, work.dropletBytes]),
    { known: usualShare, show: [count, decimal] },
  );
  const ahead = ledger.each(
    'Bytes that an image made ahead puts into the store',
    'before bump: bytes / images',
    runs.map(({ ahead: { toStore, images } }) => [toStore, images]),
    count,
  );
  return { image, layer, layerShare, ahead };
}

/** As zstd made it of the harness's droplets. */
const usualShare = 0.84;
