import { InvalidArgumentError, type Command } from 'commander';
import { onKubernetes } from './kubernetes-options.ts';
import { lazily } from './lazily.ts';
import { facadeCommand } from './options.ts';

/** `dropstack patcher` */
export function patcherCommand(program: Command): void {
  onKubernetes(facadeCommand(program, 'patcher'))
    .description('roll the apps of a cluster as its Stack resources say: the controller')
    .option('--namespace <name>', 'where its lease lies', 'dropstack')
    .option('--metrics-listen <address>', 'host:port for /metrics, /livez and /readyz')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent', parseLevel, 'info')
    .action(lazily(async () => (await import('./patcher/patch-cluster.ts')).patchCluster));
}

function parseLevel(text: string): string {
  if (['trace', 'debug', 'info', 'warn', 'error', 'silent'].includes(text)) return text;
  throw new InvalidArgumentError('It is trace, debug, info, warn, error or silent.');
}
