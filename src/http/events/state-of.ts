import type { State } from '../../api/events.ts';
import type { Sample, Samples } from './samples.ts';
import { quantileOf, type Bucket } from './quantile-of.ts';

/** What happened between two moments, and what is so at the second. */
export function stateOf(before: Samples, now: Samples, seconds: number): Omit<State, 'at'> {
  const between = new Between(before, now);
  const store = (name: string): { requests: number; failures: number } => ({
    requests: between.sum(`dropstack_${name}_requests_total`),
    failures: between.sum(`dropstack_${name}_failures_total`),
  });
  return {
    seconds: Math.round(seconds * 10) / 10,
    requests: requestsOf(between),
    manifests: timesBy(between, 'dropstack_manifest_duration_seconds', 'cache'),
    blobs: timesBy(between, 'dropstack_blob_duration_seconds', 'cache'),
    cache: {
      hits: between.sum('dropstack_cache_hits_total'),
      misses: between.sum('dropstack_cache_misses_total'),
    },
    conversions: {
      running: total(now.get('dropstack_conversions_running')),
      waiting: by('urgency', now.get('dropstack_conversions_waiting')),
      ended: between.by('dropstack_conversions_total', 'outcome'),
    },
    stores: { own: store('store'), source: store('source') },
    sent: between.sum('dropstack_sent_bytes_total'),
  };
}

type Times = { count: number; p50?: number; p99?: number };

/** Counts rise, but for those of a process that began anew: such a fall is no count. */
class Between {
  readonly #before: Samples;
  readonly #now: Samples;

  constructor(before: Samples, now: Samples) {
    this.#before = before;
    this.#now = now;
  }

  sum(name: string, fits: (sample: Sample) => boolean = () => true): number {
    const at = (samples: Samples): number => total(samples.get(name)?.filter(fits));
    return Math.max(0, at(this.#now) - at(this.#before));
  }

  by(name: string, label: string): Record<string, number> {
    return Object.fromEntries(
      this.values(name, label).map((value) => [
        value,
        this.sum(name, ({ labels }) => labels[label] === value),
      ]),
    );
  }

  /** that a label has */
  values(name: string, label: string): string[] {
    return [...new Set(this.#now.get(name)?.map(({ labels }) => labels[label] ?? ''))];
  }

  /** of a histogram, those under one value of a label */
  times(name: string, label: string, value: string): Times {
    const fits = ({ labels }: Sample): boolean => labels[label] === value;
    const countsAt = (samples: Samples): Record<string, number> =>
      by('le', samples.get(`${name}_bucket`)?.filter(fits));
    const before = countsAt(this.#before);
    const buckets = Object.entries(countsAt(this.#now))
      .map(([le, count]): Bucket => ({
        upTo: le === '+Inf' ? Infinity : Number(le),
        count: Math.max(0, count - (before[le] ?? 0)),
      }))
      .toSorted((a, b) => a.upTo - b.upTo);
    const [p50, p99] = [quantileOf(0.5, buckets), quantileOf(0.99, buckets)];
    return {
      count: this.sum(`${name}_count`, fits),
      ...(p50 === undefined ? {} : { p50: milliseconds(p50) }),
      ...(p99 === undefined ? {} : { p99: milliseconds(p99) }),
    };
  }
}

function requestsOf(between: Between): State['requests'] {
  const name = 'dropstack_http_request_duration_seconds';
  const found = timesBy(between, name, 'route');
  const countOf = (route: string, status: RegExp): number =>
    between.sum(
      `${name}_count`,
      ({ labels }) => labels['route'] === route && status.test(labels['status'] ?? ''),
    );
  return Object.fromEntries(
    Object.entries(found).map(([route, times]) => [
      route,
      { ...times, failed: countOf(route, /^5/), cut: countOf(route, /^0$/) },
    ]),
  );
}

function timesBy(between: Between, name: string, label: string): Record<string, Times> {
  return Object.fromEntries(
    between.values(`${name}_count`, label).map((value) => [value, between.times(name, label, value)]),
  );
}

function by(label: string, samples: readonly Sample[] = []): Record<string, number> {
  const groups = Map.groupBy(samples, ({ labels }) => labels[label] ?? '');
  return Object.fromEntries([...groups].map(([value, group]) => [value, total(group)]));
}

function total(samples: readonly Sample[] = []): number {
  return samples.reduce((sum, { value }) => sum + value, 0);
}

function milliseconds(seconds: number): number {
  return Math.round(seconds * 100_000) / 100;
}
