import { Histogram, type Registry } from 'prom-client';
import type { TimeBounds, Times } from './times.ts';

/** Durations, and the labels that they have. The same labels are the same object each time. */
export type Series = { labels: Readonly<Record<string, string>>; times: Times };

export type HistogramOptions = {
  /** without `dropstack_` */
  name: string;
  help: string;
  bounds: TimeBounds;
  read: () => Iterable<Series>;
};

/** Registers a histogram of durations that are counted elsewhere: they are read at each scrape. */
export function readHistogram(registry: Registry, options: HistogramOptions): void {
  registry.registerMetric(new ReadHistogram(options));
}

class ReadHistogram extends Histogram {
  readonly #options: HistogramOptions;

  constructor(options: HistogramOptions) {
    super({ name: `dropstack_${options.name}`, help: options.help, registers: [] });
    this.#options = options;
  }

  /** Where prom-client gets a histogram's values from, to print them and to give them as data. */
  async getForPromString(): Promise<object> {
    const { name, help, read } = this.#options;
    const values = [...read()].flatMap((series) => this.#valuesOf(series));
    return { name: `dropstack_${name}`, help, type: 'histogram', aggregator: 'sum', values };
  }

  #valuesOf({ labels: sharedLabels, times: { counts, sum } }: Series): object[] {
    const { name, bounds } = this.#options;
    const valueOf = (suffix: string, labels: object, value: number): object => ({
      metricName: `dropstack_${name}_${suffix}`,
      labels,
      sharedLabels,
      value,
    });
    let count = 0;
    const buckets = counts.map((more, at) => {
      count += more;
      return valueOf('bucket', { le: bounds[at] ?? '+Inf' }, count);
    });
    return [...buckets, valueOf('sum', {}, sum), valueOf('count', {}, count)];
  }
}
