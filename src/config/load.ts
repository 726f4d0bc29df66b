import { Failure } from '../errors.ts';
import type { Config } from './config.ts';
import { readConfig, type Reading } from './read.ts';
import type { ConfigInput } from './schema.ts';
import { tellOption } from './where.ts';

/**
 * The configuration: flags over environment over file over defaults, frozen.
 * @param file path of a YAML file
 * @throws Failure `invalid` that names each wrong option and where it was set
 */
export function loadConfig(flags: ConfigInput, environment: NodeJS.ProcessEnv, file?: string): Config {
  const reading = readConfig(flags, environment, file);
  requireRight(reading);
  return reading.config;
}

/** @throws Failure `invalid`, as above */
export function requireRight({ problems }: Reading): void {
  if (problems.length === 0) return;
  const all = problems.map(({ where, option, message }) => `${tellOption(where, option)}: ${message}`);
  throw new Failure('invalid', `The configuration is wrong: ${all.join('; ')}`);
}
