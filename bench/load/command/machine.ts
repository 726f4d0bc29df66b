import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import type { Report } from '../report/report.ts';

/** What a run's figures are those of, besides the program. */
export function machine(): Report['machine'] {
  return {
    cores: availableParallelism(),
    memory: totalmem(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    kernel: release(),
    node: process.versions.node,
    load: loadavg()[0] ?? 0,
  };
}
