import { z } from 'zod';
import { configSchema } from './schema.ts';

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
};

export const flagged: readonly Flagged[] = Object.entries(configSchema.shape).flatMap(([name, schema]) => {
  const { flag: value, description = '' } = z.globalRegistry.get(schema) ?? {};
  if (typeof value !== 'string') return [];
  return [{ name, flag: flagOf(name), variable: variableOf(name), value, description }];
});

export function flagOf(name: string): string {
  return `--${separated(name, '-').toLowerCase()}`;
}

function variableOf(name: string): string {
  return `DROPSTACK_${separated(name, '_').toUpperCase()}`;
}

function separated(name: string, separator: string): string {
  return name.replaceAll(/[A-Z]/g, `${separator}$&`);
}
