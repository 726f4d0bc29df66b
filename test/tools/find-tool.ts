import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What tests build or download once for all their runs; `npm ci` empties it. */
export const cacheDirectory = join(import.meta.dirname, '../../node_modules/.cache/dropstack');

/** Where the Go tools are installed. */
export const goBin = join(cacheDirectory, 'bin');

/** The path of a program: ours, else one of the PATH, else one where root's PATH may not lead; undefined without any. */
export function findTool(name: string): string | undefined {
  const path = process.env['PATH']?.split(delimiter) ?? [];
  return [goBin, ...path, '/usr/sbin', '/sbin', '/usr/local/go/bin']
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
