import { flags } from './flags.ts';

/** An option that the command line and the environment can set, beside the file. */
export type Flagged = {
  name: string;
  /** as `--tls-cert` */
  flag: string;
  /** as `DROPSTACK_TLS_CERT` */
  variable: string;
  /** what stands for its value in a usage line */
  value: string;
  description: string;
  default: string | number | undefined;
};

export const flagged: readonly Flagged[] = Object.entries(flags).map(([name, option]) => ({
  name,
  flag: flagOf(name),
  variable: variableOf(name),
  value: option.value,
  description: option.description,
  default: 'default' in option ? option.default : undefined,
}));

export function flagOf(name: string): string {
  return `--${separated(name, '-').toLowerCase()}`;
}

function variableOf(name: string): string {
  return `DROPSTACK_${separated(name, '_').toUpperCase()}`;
}

function separated(name: string, separator: string): string {
  return name.replaceAll(/[A-Z]/g, `${separator}$&`);
}
