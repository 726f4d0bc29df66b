import { createHash } from 'node:crypto';

/** Where a guid stands between 0 and 1: always at the same place, whatever else there is. */
export function fractionOf(guid: string): number {
  return createHash('sha256').update(guid).digest().readUInt32BE() / 2 ** 32;
}
