import { Gauge, type Registry } from 'prom-client';
import { version } from '../version.ts';

/** Tells which dropstack this is, and on which Node: a constant 1, for its labels. */
export function watchBuild(registry: Registry): void {
  new Gauge({
    name: 'dropstack_build_info',
    help: 'Which version runs, on which Node',
    labelNames: ['version', 'node'],
    registers: [registry],
    aggregator: 'first',
  }).set({ version, node: process.versions.node }, 1);
}
