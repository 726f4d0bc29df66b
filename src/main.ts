import { Command, CommanderError } from 'commander';
import { dropletCommands } from './cli/droplet.ts';
import { exposureCommand } from './cli/exposure.ts';
import { gcCommand } from './cli/gc.ts';
import { imageCommands } from './cli/image.ts';
import { patcherCommand } from './cli/patcher.ts';
import { rolloutCommands } from './cli/rollout.ts';
import { rootfsCommands } from './cli/rootfs.ts';
import { serveCommand } from './cli/serve.ts';
import { startCommand } from './cli/start.ts';
import { warmCommand } from './cli/warm.ts';
import { isFailure } from './errors.ts';

const program = new Command('dropstack')
  .description('Serves Cloud Foundry droplets as OCI images over any versioned root filesystem.')
  .version('0.1.0')
  // What stands behind a command is that command's: `warm` has a --version of its own.
  .enablePositionalOptions()
  .showSuggestionAfterError()
  .exitOverride()
  .configureOutput({ outputError: (text) => complain(`${text.replace(/^error: /, '').trim()} (see --help)`) })
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 it failed, 2 wrong input.\n' +
      'Begin with: dropstack start (a facade with samples), dropstack serve --help, dropstack rootfs import --help',
  );
for (const add of [
  startCommand,
  serveCommand,
  patcherCommand,
  rolloutCommands,
  exposureCommand,
  rootfsCommands,
  dropletCommands,
  imageCommands,
  warmCommand,
  gcCommand,
])
  add(program);

// Who reads our output may stop, as `head` does.
process.stdout.on('error', () => process.exit());
// And of what is said beside it nothing depends.
process.stderr.on('error', () => {});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** One clear line for what users can mend; the stack for what they cannot. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!isFailure(error)) {
    process.stderr.write(
      `dropstack: unexpected error: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return 1;
  }
  complain(error.message);
  return error.code === 'invalid' ? 2 : 1;
}

function complain(text: string): void {
  process.stderr.write(`dropstack: ${text.trim().replaceAll(/\s*\n\s*/g, ' ')}\n`);
}
