import { samplesOf } from '../../rollout/scrape.ts';
import type { Moved } from '../report/report.ts';

/** What a facade counted of its own work, since it started or between two looks. */
export type Counters = {
  /** droplets that were converted, refused or failed; not those whose record came from another replica */
  conversions: number;
  moved: Omit<Moved, 'toClients'>;
  /** of its own store, by operation */
  storeRequests: Record<string, number>;
};

/**
 * Reads the text of a facade's `/metrics`.
 * @throws Error where it lacks a counter: none is not zero. Those of a cache are there where one is.
 */
export function countersOf(text: string): Counters {
  const samples = samplesOf(text);
  const labelled = (name: string): [labels: string, value: number][] => {
    if (!text.includes(`# TYPE ${name} counter`)) throw new Error(`The facade does not tell ${name}`);
    const own = [...samples].filter(([key]) => key === name || key.startsWith(`${name}{`));
    return own.map(([key, value]) => [key.slice(name.length), value]);
  };
  const total = (name: string): number => labelled(name).reduce((sum, [, value]) => sum + value, 0);
  const conversions = labelled('dropstack_conversions_total').filter(
    ([labels]) => valueOf(labels, 'outcome') !== 'found',
  );
  const requests = labelled('dropstack_store_requests_total').map(
    ([labels, value]) => [valueOf(labels, 'operation'), value] as const,
  );
  return {
    conversions: conversions.reduce((sum, [, value]) => sum + value, 0),
    moved: {
      fromSource: total('dropstack_source_read_bytes_total'),
      fromStore: total('dropstack_store_read_bytes_total'),
      toStore: total('dropstack_store_written_bytes_total'),
      fromCache: text.includes(`# TYPE ${cacheBytes} `) ? total(cacheBytes) : 0,
    },
    storeRequests: Object.fromEntries(requests),
  };
}

const cacheBytes = 'dropstack_cache_read_bytes_total';

function valueOf(labels: string, label: string): string {
  return new RegExp(`[{,]${label}="([^"]*)"`).exec(labels)?.[1] ?? '';
}

/** Each number of several replicas together, or of one later less that of it before. */
export function combined(
  one: Counters,
  other: Counters,
  operate: (a: number, b: number) => number,
): Counters {
  const operations = Object.keys({ ...one.storeRequests, ...other.storeRequests });
  const requestsOf = (name: string): number =>
    operate(one.storeRequests[name] ?? 0, other.storeRequests[name] ?? 0);
  return {
    conversions: operate(one.conversions, other.conversions),
    moved: {
      fromSource: operate(one.moved.fromSource, other.moved.fromSource),
      fromStore: operate(one.moved.fromStore, other.moved.fromStore),
      toStore: operate(one.moved.toStore, other.moved.toStore),
      fromCache: operate(one.moved.fromCache, other.moved.fromCache),
    },
    storeRequests: Object.fromEntries(operations.map((name) => [name, requestsOf(name)])),
  };
}

export const noCounters: Counters = {
  conversions: 0,
  moved: { fromSource: 0, fromStore: 0, toStore: 0, fromCache: 0 },
  storeRequests: {},
};
