import type { Command } from 'commander';
import { lazily } from './lazily.ts';
import { withServeFlags } from './serve-flags.ts';

/** `dropstack serve` */
export function serveCommand(program: Command): void {
  withServeFlags(program.command('serve'))
    .description('serve droplets as images: the registry facade')
    .addHelpText(
      'after',
      '\nEvery option but --config is also read from the environment: DROPSTACK_LISTEN, DROPSTACK_TLS_CERT, …\n' +
        'Users, grants and certificates are read again when they change.',
    )
    .action(lazily(async () => (await import('./serve/run-facade.ts')).runFacade));
}
