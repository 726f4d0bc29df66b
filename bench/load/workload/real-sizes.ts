import type { DropletName } from '../../droplets/bench-droplets.ts';

/**
 * Compressed bytes of real droplets: what `benchDroplets` tells of its own, but for `one-file`, which no app is like.
 * Smallest first.
 */
export const realSizes = {
  'static-1': 1_032_005,
  'small-files': 18_065_414,
  'node-60': 54_517_805,
  java: 91_336_884,
  'node-130': 126_916_697,
} as const satisfies Partial<Record<DropletName, number>>;

/**
 * What real droplets are made of, as the mean of them: of their compressed bytes a fifth is of files that do not compress
 * (jars, fonts, images: 77 % in `java`, 9 % in `node-130`, 0 to 7 % in the others), the rest is a third of its length.
 */
export const realMix = { noise: 0.2, ratio: 2.6 } as const;
