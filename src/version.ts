import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** dropstack's version. It stands in package.json alone, which is beside us in a checkout, in a package and in an image. */
export const version = readVersion(join(import.meta.dirname, '../package.json'));

/** What dropstack calls itself before the servers that it asks. */
export const userAgent = `dropstack/${version}`;

function readVersion(path: string): string {
  const found: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof found === 'object' && found !== null && 'version' in found && typeof found.version === 'string')
    return found.version;
  throw new Error(`${path} names no version`);
}
