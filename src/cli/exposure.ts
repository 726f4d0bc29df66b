import type { Command } from 'commander';
import { onKubernetes } from './kubernetes-options.ts';
import { lazily } from './lazily.ts';
import { facadeCommand } from './options.ts';

/** `dropstack exposure` */
export function exposureCommand(program: Command): void {
  onKubernetes(facadeCommand(program, 'exposure <stack>'))
    .description('tell which pods run which rootfs version now, as their nodes prove it, and since when')
    .option(
      '--package <query>',
      "which of them have a package, binary or source: 'libssl3<3.0.2-0ubuntu1.20'",
    )
    .option('--all', 'list every app, instead of the first few')
    .addHelpText(
      'after',
      '\nExit codes with --package: 0 no pod has it, 1 it failed, 2 wrong input, 3 some have it, 4 none is known to have it,\n' +
        'but of some nothing is proven. Without it: 0 done.\n\n' +
        "Example:\n  dropstack exposure cflinuxfs4 --package 'openssl<3.0.2-0ubuntu1.20'",
    )
    .action(lazily(async () => (await import('./exposure/show-exposure.ts')).showExposure));
}
