/** Bounds on what an imported file may unpack to. */
export type Limits = {
  /** bytes of tar, of all layers together */
  bytes: number;
  /** entries of all layers together */
  entries: number;
  /** how many times its compressed size a layer may have, once it is larger than `ratioFrom` bytes */
  ratio: number;
  ratioFrom: number;
};

const GiB = 1024 ** 3;

export const defaultLimits: Limits = { bytes: 20 * GiB, entries: 2_000_000, ratio: 1000, ratioFrom: GiB };
