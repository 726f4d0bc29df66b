import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '../../config/problem.ts';
import type { Path } from '../../config/where.ts';
import { reasonOf } from '../../errors.ts';

/** A directory to keep things in. One that is missing is made by a start, which then needs to write above it. */
export async function requireWritable(option: Path, path: string): Promise<Finding[]> {
  const why = await lackOf(await closest(path), constants.R_OK | constants.W_OK | constants.X_OK);
  if (why === undefined) return [];
  return [{ level: 'error', option, message: `Cannot keep anything in ${path}: ${why}` }];
}

/** A directory to read from, which may come later. */
export async function requireReadable(option: Path, path: string): Promise<Finding[]> {
  const why = await lackOf(path, constants.R_OK | constants.X_OK);
  if (why === undefined) return [];
  return [{ level: 'warning', option, message: `Cannot read droplets in ${path}: ${why}` }];
}

/** The path itself, or of what is above it the first that exists. */
async function closest(path: string): Promise<string> {
  const whole = resolve(path);
  const isThere = await stat(whole).then(
    () => true,
    (error: unknown) => !(error instanceof Error && 'code' in error && error.code === 'ENOENT'),
  );
  return isThere || dirname(whole) === whole ? whole : closest(dirname(whole));
}

async function lackOf(path: string, mode: number): Promise<string | undefined> {
  try {
    if (!(await stat(path)).isDirectory()) return `${path} is no directory`;
    await access(path, mode);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
