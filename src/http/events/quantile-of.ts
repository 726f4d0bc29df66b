/** Of a histogram: how many took so long, or less. */
export type Bucket = { upTo: number; count: number };

/**
 * The value that a part of all do not exceed, taken to lie evenly in its bucket, as Prometheus takes it; of the last bucket, which
 * has no end, where it begins. Undefined where there are none.
 * @param buckets in rising order, each with those of all before
 */
export function quantileOf(part: number, buckets: readonly Bucket[]): number | undefined {
  const all = buckets.at(-1)?.count ?? 0;
  if (all === 0) return undefined;
  const rank = part * all;
  let below: Bucket = { upTo: 0, count: 0 };
  for (const bucket of buckets) {
    if (bucket.count >= rank && bucket.count > below.count) {
      if (bucket.upTo === Infinity) return below.upTo;
      return below.upTo + ((bucket.upTo - below.upTo) * (rank - below.count)) / (bucket.count - below.count);
    }
    below = bucket;
  }
  return below.upTo;
}
