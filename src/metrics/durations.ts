import type { Registry } from 'prom-client';
import { readHistogram, type HistogramOptions, type Series } from './read-histogram.ts';
import { addTime, newTimes } from './times.ts';

/** Counts a duration in seconds. */
export type Observe = (seconds: number) => void;

/**
 * A histogram of durations, whose labels are looked up once for all that is counted under them. One of prom-client's own makes
 * their name at each observation, which costs many times what counting does.
 */
export class Durations {
  readonly #options: Omit<HistogramOptions, 'read'>;
  readonly #known = new Map<string, Series & { observe: Observe }>();

  constructor(registry: Registry, options: Omit<HistogramOptions, 'read'>) {
    this.#options = options;
    readHistogram(registry, { ...options, read: () => this.#known.values() });
  }

  /** What counts under these labels, which are few and bounded, and always given in the same order. */
  of(labels: Readonly<Record<string, string>> = {}): Observe {
    const id = Object.values(labels).join(' ');
    const known = this.#known.get(id);
    if (known !== undefined) return known.observe;
    const { bounds } = this.#options;
    const times = newTimes(bounds);
    const observe: Observe = (seconds) => addTime(times, bounds, seconds);
    this.#known.set(id, { labels, times, observe });
    return observe;
  }
}
