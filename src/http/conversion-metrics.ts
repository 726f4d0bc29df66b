import { Counter, Gauge, type Registry } from 'prom-client';
import { outcomes, type ConverterPool } from '../convert/pool.ts';
import { rules } from '../droplet/rules.ts';
import { Durations } from '../metrics/durations.ts';

/** Tells what conversions come to, how long they take, and how many wait. */
export function watchConversions(registry: Registry, pool: Pick<ConverterPool, 'waiting' | 'watch'>): void {
  const ended = new Counter({
    name: 'dropstack_conversions_total',
    help: 'Conversions that ended, by how',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const refused = new Counter({
    name: 'dropstack_refusals_total',
    help: 'Conversions that ended because the droplet breaks a rule, by the rule',
    labelNames: ['rule'],
    registers: [registry],
  });
  const durations = new Durations(registry, {
    name: 'conversion_duration_seconds',
    help: 'Time of a conversion, without its wait for a converter',
    bounds: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1200],
  });
  const waits = new Durations(registry, {
    name: 'conversion_wait_seconds',
    help: 'Time that a conversion waited for a converter',
    bounds: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 300, 1200],
  });
  // What never happened is told as well: an alert can only see a rise from something.
  for (const outcome of outcomes) ended.inc({ outcome }, 0);
  for (const { name, effect } of rules) if (effect === 'refuse') refused.inc({ rule: name }, 0);
  pool.watch(({ outcome, seconds, waited, rule }) => {
    ended.inc({ outcome });
    durations.of({ outcome })(seconds);
    waits.of()(waited);
    if (rule !== undefined) refused.inc({ rule });
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
