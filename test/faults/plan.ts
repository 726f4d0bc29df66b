/** What befalls the replicas, and after how many pulls: `after` is a part of all of them, from 0 to 1. */
export type Trouble = { after: number } & (
  | { kind: 'kill'; replica: 'small-disk' | 'odd-clock' }
  | { kind: 'away'; milliseconds: number }
  | { kind: 'jump'; seconds: number }
  | { kind: 'disk'; full: boolean }
);

const hour = 3_600;

/** Troubles in the order in which they come: the same for the same seed. */
export function planTroubles(seed: number): Trouble[] {
  const chance = chances(seed);
  const spread = <T>(all: readonly T[]): (T & { after: number })[] =>
    all.map((one, nth) => ({ ...one, after: (nth + chance()) / all.length }));
  const away = Array.from(
    { length: 5 },
    () => ({ kind: 'away', milliseconds: 2_000 + 1_000 * chance() }) as const,
  );
  const kills = Array.from(
    { length: 6 },
    () => ({ kind: 'kill', replica: chance() < 0.5 ? 'small-disk' : 'odd-clock' }) as const,
  );
  const jumps = [hour, -hour, 24 * hour].map((seconds) => ({ kind: 'jump', seconds }) as const);
  const disk = [true, false, true, false].map((full) => ({ kind: 'disk', full }) as const);
  return [...spread(away), ...spread(kills), ...spread(jumps), ...spread(disk)].toSorted(
    (a, b) => a.after - b.after,
  );
}

/** Numbers from 0 to 1, the same for the same seed (Tommy Ettinger's mulberry32). */
export function chances(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
