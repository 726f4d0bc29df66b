import { pipeline, type Readable } from 'node:stream';
import { Meter } from '../../layer/meter.ts';
import type { Budget } from './budget.ts';
import { decompressor, type Compression } from './compression.ts';
import { TarCheck } from './tar-check.ts';

/** `packed` and `unpacked` have seen the whole of their bytes when `tar` has ended. */
export type CheckedTar = { tar: Readable; packed: Meter; unpacked: Meter };

/** The tar inside `body`, checked and measured while it is read. Whatever goes wrong, `tar` fails with. */
export function checkedTar(body: Readable, compression: Compression, budget: Budget): CheckedTar {
  const packed = new Meter('sha256');
  const unpacked = new Meter('sha256');
  const tar = new TarCheck(budget, () => packed.size);
  pipeline([body, packed, ...decompressor(compression, packed), unpacked, tar], () => {
    // An error of any step has destroyed `tar` with that error.
  });
  return { tar, packed, unpacked };
}
