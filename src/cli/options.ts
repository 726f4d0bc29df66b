import { Option, type Command } from 'commander';
import type { Target } from './connect.ts';
import type { Format } from './print.ts';

export type FacadeOptions = Target & { output: Format };

/** A subcommand that works on a facade or its store. */
export function facadeCommand(parent: Command, usage: string): Command {
  return parent
    .command(usage)
    .optionsGroup('Which facade:')
    .option('--server <url>', 'a facade that runs (or DROPSTACK_SERVER)')
    .option(
      '--user <name>',
      'who you are there (or DROPSTACK_USER, else admin); password: DROPSTACK_PASSWORD',
    )
    .option('--ca <file>', 'CA certificates in PEM to trust beside those of the system')
    .optionsGroup('Or which store, on this machine, also beside a running facade:')
    .option('--data <directory>', 'the store of a facade')
    .option('--source <directory>', 'its droplets that are only read')
    .option('--default-stack <name>', 'its stack of droplets that belong to none')
    .option('--config <file>', 'all that from its configuration file')
    .optionsGroup('Options:')
    .addOption(outputOption());
}

export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print').choices(['text', 'json']).default('text');
}
