import type { Command } from 'commander';

export type DryRun = { dryRun?: boolean };

/** Lets a command that changes something only say what it would do. */
export function withDryRun(command: Command): Command {
  return command.option('--dry-run', 'say what would be done, or why it could not, and change nothing');
}

/** What a command says that has only tried. */
export function onlyTried(text: string): string {
  return `Not done, only tried: ${text}`;
}
