/** What a cache has done since it was opened. */
export type Counters = {
  /** opens and stats that a copy answered, be it whole or still growing */
  hits: number;
  /** opens and stats that asked the store */
  misses: number;
  /** bytes that readers got from copies */
  bytesFromCache: number;
  /** bytes of cacheable objects that came from the store */
  bytesFromRemote: number;
  /** copies removed to make room */
  evictions: number;
  /** copies found damaged, and dropped */
  corruptions: number;
  /** fills that were not begun, or given up, for want of room or because the disk failed */
  degraded: number;
};

export function newCounters(): Counters {
  return {
    hits: 0,
    misses: 0,
    bytesFromCache: 0,
    bytesFromRemote: 0,
    evictions: 0,
    corruptions: 0,
    degraded: 0,
  };
}
