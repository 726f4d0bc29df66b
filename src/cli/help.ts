import type { Command } from 'commander';

/** `dropstack help`: of a command at any depth, as in `dropstack help rootfs import`. */
export function helpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help [command...]')
    .description('display help for a command')
    .action((words: readonly string[]) => {
      let found = program;
      for (const word of words) {
        const below = found.commands.find((child) => child.name() === word);
        if (below === undefined) program.error(`error: unknown command '${words.join(' ')}'`);
        else found = below;
      }
      found.help();
    });
}
