import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** dropstack's version. It stands in package.json alone, which is beside us in a checkout, in a package and in an image. */
export const version = readVersion(join(import.meta.dirname, '../package.json'));

/** What dropstack calls itself before the servers that it asks. */
export const userAgent = `dropstack/${version}`;

function readVersion(path: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(path, 'utf8'))).version;
}
