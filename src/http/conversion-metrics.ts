import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { outcomes, type ConverterPool } from '../convert/pool.ts';

/** Tells what conversions come to, how long they take, and how many wait. */
export function watchConversions(registry: Registry, pool: Pick<ConverterPool, 'waiting' | 'watch'>): void {
  const ended = new Counter({
    name: 'dropstack_conversions_total',
    help: 'Conversions that ended, by how',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'dropstack_conversion_duration_seconds',
    help: 'Time of a conversion, without its wait for a converter',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600],
    registers: [registry],
  });
  for (const outcome of outcomes) ended.inc({ outcome }, 0);
  pool.watch((outcome, seconds) => {
    ended.inc({ outcome });
    durations.observe(seconds);
  });
  registry.registerMetric(
    new Gauge({
      name: 'dropstack_conversions_waiting',
      help: 'Droplets in the queue for a converter, by urgency',
      labelNames: ['urgency'],
      registers: [],
      collect() {
        for (const [urgency, count] of Object.entries(pool.waiting)) this.set({ urgency }, count);
      },
    }),
  );
}
