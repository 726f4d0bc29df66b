import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from '../helpers/owner.ts';
import type { Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { stack } from './fleet.ts';

/** Imports a version whose content is its name; `more` are flags of the command. */
export async function importRootfs(
  owner: Owner,
  { cli }: Served,
  version: string,
  ...more: string[]
): Promise<void> {
  await cli('rootfs', 'import', stack, version, await tinyRootfs(owner, version), ...more);
}

/** Puts a droplet, which a server converts as it comes. @returns the hash */
export async function putDroplet(
  owner: Owner,
  { cli }: Served,
  guid: string,
  content: string | Uint8Array,
): Promise<string> {
  const { bytes, sha1 } = await tinyDroplet(owner, content);
  const path = join(await tempDir(owner), 'droplet.tgz');
  await writeFile(path, bytes);
  await cli('droplet', 'put', guid, path);
  return sha1;
}
