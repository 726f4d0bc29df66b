import * as fc from 'fast-check';
import { attribute, record, type Pair } from './records.ts';
import { weighted } from './weighted.ts';

/** What a file has beside its name and its content. Texts hold one character a byte. */
export type Meta = {
  mode: number;
  uid: number;
  gid: number;
  /** of the time, and what PAX can say more exactly: as it stands behind the seconds, with its dot */
  seconds: number;
  fraction: string;
  uname: string;
  gname: string;
  /** extended attributes, and other records, which only PAX has */
  attributes: Pair[];
  records: Pair[];
};

const mode = weighted(
  [6, fc.constantFrom(0o644, 0o755, 0o600, 0o700, 0o555, 0)],
  // Some writers put the type of the file in, too.
  [2, fc.constantFrom(0o4755, 0o2755, 0o6711, 0o1777, 0o7777, 0o100644, 0o40755)],
  [1, fc.nat(0o7777)],
);

const lastOwner = 2 ** 32 - 2;
const owner = weighted(
  [6, fc.constantFrom(0, 1000, 2000, 65_534)],
  [2, fc.constantFrom(65_535, 65_536, 2_097_151, 2_097_152, 3_000_000)],
  [1, fc.constantFrom(2 ** 31 - 1, 2 ** 31, lastOwner)],
  [1, fc.nat(lastOwner)],
);

const seconds = weighted(
  [5, fc.integer({ min: 1_500_000_000, max: 1_800_000_000 })],
  [1, fc.constantFrom(0, 1, -1, -(2 ** 31), -(2 ** 31) - 1)],
  [1, fc.constantFrom(2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 33 - 1, 2 ** 33)],
  // The years 2100, 2262, 2500 and 9999.
  [1, fc.constantFrom(4_102_444_800, 9_223_372_036, 9_223_372_037, 16_725_225_600, 253_402_300_799)],
  [1, fc.integer({ min: -(10 ** 11), max: 10 ** 12 })],
);

const fraction = weighted(
  [3, fc.constantFrom('', '.5', '.25', '.000000001', '.999999999', '.123456789', '.', '.1')],
  [1, fc.constantFrom('.1234567891', '.99999999999', '.0000000001', '.000000000')],
);

export const meta: fc.Arbitrary<Meta> = fc.record({
  mode,
  uid: owner,
  gid: owner,
  seconds,
  fraction,
  uname: fc.constantFrom('vcap', '', 'root', '\xf6', 'u'.repeat(32)),
  gname: fc.constantFrom('vcap', '', 'root', 'g'.repeat(31)),
  attributes: fc.array(attribute, { maxLength: 3 }),
  records: fc.array(record, { maxLength: 2 }),
});
