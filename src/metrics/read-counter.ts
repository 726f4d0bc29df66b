import { Counter, type Registry } from 'prom-client';

/**
 * Registers a counter of what counts by itself: it is read at each scrape.
 * @param read its value, or one for each value of `label`
 */
export function readCounter(
  registry: Registry,
  { name, help, label, read }: Described & ({ label?: never; read: () => number } | Labelled),
): void {
  registry.registerMetric(
    new Counter({
      name: `dropstack_${name}_total`,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [],
      collect() {
        this.reset();
        if (label === undefined) this.inc(read());
        else for (const [key, value] of Object.entries(read())) this.inc({ [label]: key }, value);
      },
    }),
  );
}

/** `name` without `dropstack_` and `_total`. */
type Described = { name: string; help: string };

type Labelled = { label: string; read: () => Readonly<Record<string, number>> };
