import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Served } from '../../test/helpers/serve.ts';

/** The paths of all layers in a server's directory. */
export async function objectsOf({ data }: Served): Promise<Set<string>> {
  const folder = join(data, 'v1/objects');
  return new Set((await readdir(folder)).map((name) => join(folder, name)));
}
