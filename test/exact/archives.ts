import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { rawTar, type RawEntry } from '../droplet/raw-tar.ts';
import { blows } from './hostile.ts';
import { tree } from './tree.ts';
import { rarely, weighted } from './weighted.ts';

/** An archive, and how it comes: all that a case needs to be told again. */
export type Archive = {
  entries: RawEntry[];
  /** what follows the two zero blocks */
  tail: string;
  /** bytes that are missing at the end */
  short: number;
  /** Of gzip's members: where they are cut, in thousandths of the whole, and what follows the last. */
  members: number[];
  level: number;
  behind: string;
  /** The sizes of the chunks that are unpacked, and of those that are rewritten. */
  packed: number[];
  chunks: number[];
};

const zeros = fc.oneof(fc.constantFrom(512, 8192), fc.nat(3000)).map((length) => '\0'.repeat(length));
const second = rawTar({ name: 'second', body: 'x' }).toString('latin1');
const rest = fc.constantFrom('x', '\0\0\0x', second, `${'\0'.repeat(512)}${second}`);

const following = weighted([80, fc.constant('')], [20, zeros], [2, rest]);

/** From 1 byte to 1 MiB, each magnitude as often as another. */
const sizes = fc.array(
  fc.tuple(fc.nat(20), fc.nat(999)).map(([power, part]) => 1 + Math.floor(((2 ** power - 1) * part) / 999)),
  { minLength: 1, maxLength: 5 },
);

export const archives: fc.Arbitrary<Archive> = fc
  .record({
    entries: tree,
    change: blows,
    tail: following,
    short: rarely(1, fc.integer({ min: 1, max: 2000 }), 0),
    members: rarely(30, fc.array(fc.nat(1000), { maxLength: 4 }), []),
    level: fc.constantFrom(0, 1, 1, 6),
    behind: following,
    packed: sizes,
    chunks: sizes,
  })
  .map(({ change, entries, ...how }) => ({ entries: change(entries), ...how }));

/** The tar alone. */
export function tarOf({ entries, tail, short }: Archive): Buffer {
  const tar = Buffer.concat([rawTar(...entries), Buffer.from(tail, 'latin1')]);
  return tar.subarray(0, Math.max(tar.length - short, 0));
}

/** The tar as a droplet has it. */
export function packed(tar: Buffer, { members, level, behind }: Archive): Buffer {
  const cuts = members.map((part) => Math.floor((part * tar.length) / 1000)).toSorted((a, b) => a - b);
  const parts = [0, ...cuts].map((start, at) => tar.subarray(start, cuts[at] ?? tar.length));
  return Buffer.concat([...parts.map((part) => gzipSync(part, { level })), Buffer.from(behind, 'latin1')]);
}
