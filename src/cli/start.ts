import type { Command } from 'commander';
import { lazily } from './lazily.ts';

/** `dropstack start`: a facade to look at, on this machine alone. */
export function startCommand(program: Command): void {
  program
    .command('start')
    .description('serve a sample rootfs and a sample droplet from a data directory, and say how to pull them')
    .option('--data <directory>', 'where everything is kept', 'data')
    .option('--listen <address>', 'host:port to listen on', '127.0.0.1:8080')
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent', 'warn')
    .addHelpText('after', '\nThe password is DROPSTACK_PASSWORD, else a new one at each start.')
    .action(lazily(async () => (await import('./start/serve-samples.ts')).serveSamples));
}
