import type { State } from '../../api/events.ts';

type Times = State['manifests'][string];

/** What is shown of the last seconds. Rates are per second; a share is a part of one, and undefined where nothing was counted. */
export type Figures = {
  /** manifests that somebody waited for while a droplet was converted */
  cold: Times;
  /** all others */
  warm: Times;
  requests: number;
  /** answers with a 5xx, and those that were cut, in all */
  failed: number;
  hitShare: number | undefined;
  running: number;
  waiting: number;
  converted: number;
  refused: number;
  sent: number;
  stores: { name: string; requests: number; failures: number }[];
};

export function figuresOf(state: State): Figures {
  const { seconds, manifests, cache, conversions, stores } = state;
  const { converted: cold = { count: 0 }, ...others } = manifests;
  const { events: _, ...requests } = state.requests;
  const asked = Object.values(requests);
  const reads = cache.hits + cache.misses;
  return {
    cold,
    warm: together(Object.values(others)),
    requests: sum(asked.map(({ count }) => count)) / Math.max(seconds, 0.1),
    failed: sum(asked.map(({ failed, cut }) => failed + cut)),
    hitShare: reads === 0 ? undefined : cache.hits / reads,
    running: conversions.running,
    waiting: sum(Object.values(conversions.waiting)),
    converted: conversions.ended['converted'] ?? 0,
    refused: conversions.ended['refused'] ?? 0,
    sent: state.sent / Math.max(seconds, 0.1),
    stores: Object.entries(stores).map(([name, store]) => ({ name, ...store })),
  };
}

/** Of several kinds: the median of the most usual one, and no p99 that is less than any of theirs. */
function together(kinds: readonly Times[]): Times {
  const seen = kinds.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
  const p50 = seen[0]?.p50;
  const p99 = seen.flatMap((kind) => kind.p99 ?? []);
  return {
    count: sum(seen.map(({ count }) => count)),
    ...(p50 === undefined ? {} : { p50 }),
    ...(p99.length === 0 ? {} : { p99: Math.max(...p99) }),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
