import type { Command } from 'commander';
import { lazily } from './lazily.ts';
import { outputOption } from './options.ts';
import { withServeFlags } from './serve-flags.ts';

/** `dropstack config …` */
export function configCommands(program: Command): void {
  const config = program.command('config').description('look at a configuration, without serving');
  withServeFlags(config.command('check'))
    .description('tell everything that is wrong with the configuration, and try what a start would need')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nNothing is served, written or asked over the network: see dropstack doctor for that.\n' +
        'Exit codes: 0 a facade would start, maybe with warnings, 2 there are errors.\n\n' +
        'Example:\n  dropstack config check --config /etc/dropstack/dropstack.yml',
    )
    .action(lazily(async () => (await import('./config/tell-problems.ts')).tellProblems));
  withServeFlags(config.command('show'))
    .description('print the configuration in force, and where each value comes from')
    .addOption(outputOption())
    .addHelpText('after', '\nWhat is printed can be used as a configuration file.')
    .action(lazily(async () => (await import('./config/tell-options.ts')).tellOptions));
  config
    .command('schema')
    .description('print the JSON Schema of the configuration file, for editors')
    .addHelpText(
      'after',
      '\nExample:\n  dropstack config schema > dropstack.schema.json\n' +
        'and as the first line of the configuration file:\n  # yaml-language-server: $schema=dropstack.schema.json',
    )
    .action(lazily(async () => (await import('./config/tell-schema.ts')).tellSchema));
}
