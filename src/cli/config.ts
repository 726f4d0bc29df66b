import type { Command } from 'commander';
import { configJsonSchema } from '../config/json-schema.ts';
import { readConfig } from '../config/read.ts';
import { requireRight } from '../config/load.ts';
import { shownOptions } from '../config/shown.ts';
import { checkConfig } from './config/check.ts';
import { describeProblems, plainProblem } from './config/describe-problems.ts';
import { describeOptions } from './config/describe-options.ts';
import { outputOption } from './options.ts';
import { print, type Format } from './print.ts';
import { withServeFlags, type ServeFlags } from './serve-flags.ts';

type Flags = ServeFlags & { output: Format };

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
    .action(check);
  withServeFlags(config.command('show'))
    .description('print the configuration in force, and where each value comes from')
    .addOption(outputOption())
    .addHelpText('after', '\nWhat is printed can be used as a configuration file.')
    .action(show);
  config
    .command('schema')
    .description('print the JSON Schema of the configuration file, for editors')
    .addHelpText(
      'after',
      '\nExample:\n  dropstack config schema > dropstack.schema.json\n' +
        'and as the first line of the configuration file:\n  # yaml-language-server: $schema=dropstack.schema.json',
    )
    .action(() => print('json', configJsonSchema(), () => ''));
}

async function check({ config: file, output, ...flags }: Flags): Promise<void> {
  const problems = await checkConfig(readConfig(flags, process.env, file));
  print(output, problems.map(plainProblem), () => describeProblems(problems));
  if (problems.some(({ level }) => level === 'error')) process.exitCode = 2;
}

function show({ config: file, output, ...flags }: Flags): void {
  const reading = readConfig(flags, process.env, file);
  requireRight(reading);
  const options = shownOptions(reading);
  print(output, options, () => describeOptions(options));
}
