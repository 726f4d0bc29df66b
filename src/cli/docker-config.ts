import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The file that registry clients share, where there is one. */
export function dockerConfig(): string | undefined {
  const path = join(process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');
  return existsSync(path) ? path : undefined;
}
