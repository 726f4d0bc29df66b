import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

export type Random = {
  /** From 0 up to 1. */
  fraction: () => number;
  /** A whole number from 0 up to `end`. */
  below: (end: number) => number;
  /** The same items in another order. */
  shuffled: <T>(items: Iterable<T>) => T[];
};

/** Numbers that seed and purpose alone decide: what one purpose draws changes nothing for another. */
export function random(seed: number, purpose: string): Random {
  const hash = createHash('sha256').update(`${purpose} ${seed}`).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((at) => hash.readInt32BE(at)));
  const below = (end: number): number => uniformInt(generator, 0, end - 1);
  return {
    fraction: () => uniformFloat64(generator),
    below,
    shuffled: <T>(items: Iterable<T>): T[] => shuffle([...items], below),
  };
}

/** As Fisher and Yates do. */
function shuffle<T>(items: T[], below: (end: number) => number): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = below(at + 1);
    [items[at], items[other]] = [items[other], items[at]] as [T, T];
  }
  return items;
}
