import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../helpers/owner.ts';
import { tempDir } from '../helpers/temp.ts';

/** A configuration file, and its path. */
export async function yamlFile(owner: Owner, text: string): Promise<string> {
  const path = join(await tempDir(owner), 'dropstack.yml');
  await writeFile(path, text);
  return path;
}
