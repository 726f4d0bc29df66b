import { Argument, type Command } from 'commander';
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { namesCommand } from './completion/names.ts';
import { placesOf, type Place } from './completion/places.ts';
import { zshScript } from './completion/zsh.ts';

const scripts: Record<string, (places: readonly Place[]) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** `dropstack completion`, and the hidden command that its scripts ask for names. */
export function completionCommand(program: Command): void {
  program
    .command('completion')
    .description(
      'print what makes a shell complete commands, options, files, and names of stacks and versions',
    )
    .addArgument(new Argument('<shell>', 'whose').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      '\nNames come from the facade of DROPSTACK_SERVER, within a second, or not at all.\n\n' +
        'Examples:\n' +
        '  source <(dropstack completion bash)                                        in ~/.bashrc\n' +
        '  source <(dropstack completion zsh)                                         in ~/.zshrc, behind compinit\n' +
        '  dropstack completion fish > ~/.config/fish/completions/dropstack.fish      once',
    )
    .action((shell: string) => {
      process.stdout.write(scripts[shell]?.(placesOf(program)) ?? '');
    });
  namesCommand(program);
}
