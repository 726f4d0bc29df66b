import { Command } from 'commander';
import { version } from '../version.ts';
import { auditCommand } from './audit.ts';
import { completionCommand } from './completion.ts';
import { configCommands } from './config.ts';
import { doctorCommand } from './doctor.ts';
import { dropletCommands } from './droplet.ts';
import { exposureCommand } from './exposure.ts';
import { gcCommand } from './gc.ts';
import { helpCommand } from './help.ts';
import { imageCommands } from './image.ts';
import { patcherCommand } from './patcher.ts';
import { rolloutCommands } from './rollout.ts';
import { rootfsCommands } from './rootfs.ts';
import { serveCommand } from './serve.ts';
import { startCommand } from './start.ts';
import { warmCommand } from './warm.ts';

/**
 * All commands, in the order in which help lists them.
 * @param complain hears of wrong input, in one line
 */
export function createProgram(complain: (text: string) => void): Command {
  const program = new Command('dropstack')
    .description('Serves Cloud Foundry droplets as OCI images over any versioned root filesystem.')
    .version(version)
    // What stands behind a command is that command's: `warm` has a --version of its own.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      outputError: (text) => complain(`${text.replace(/^error: /, '').trim()} (see --help)`),
    })
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
    auditCommand,
    configCommands,
    doctorCommand,
    completionCommand,
    helpCommand,
  ])
    add(program);
  return program;
}
