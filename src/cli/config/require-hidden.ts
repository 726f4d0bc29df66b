import { stat } from 'node:fs/promises';
import type { Finding } from '../../config/problem.ts';
import type { Path } from '../../config/where.ts';

/** Warns of a file with secrets that every user of this machine can read. Whether it is there is another's question. */
export async function requireHidden(option: Path, path: string): Promise<Finding[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || (found.mode & 0o004) === 0) return [];
  return [{ level: 'warning', option, message: `everybody on this machine can read ${path}: chmod o-r` }];
}
