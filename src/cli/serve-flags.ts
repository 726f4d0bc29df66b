import type { Command } from 'commander';
import { flagged } from '../config/flagged.ts';
import type { ConfigInput } from '../config/schema.ts';

/** What a command is given of the configuration: its file, and options over it. */
export type ServeFlags = ConfigInput & { config?: string };

/** A command that takes the configuration as `dropstack serve` does. */
export function withServeFlags(command: Command): Command {
  command.option('--config <file>', 'YAML file with all options (DROPSTACK_CONFIG)');
  for (const { flag, value, description, default: fallback } of flagged) {
    const note = fallback === undefined ? '' : ` (default ${fallback})`;
    command.option(`${flag} <${value}>`, `${beginSmall(description)}${note}`);
  }
  return command;
}

/** As commander's own lines are: small, without a full stop. */
function beginSmall(sentence: string): string {
  const text = sentence.replace(/\.$/, '');
  return /^[A-Z][a-z]*[A-Z']/.test(text) ? text : text.charAt(0).toLowerCase() + text.slice(1);
}
