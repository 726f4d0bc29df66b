import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { sourceKey } from '../../../src/droplet/source-key.ts';
import { hash } from '../tiny.ts';

/**
 * Puts a droplet of two small files for each guid into a source directory, each with bytes of its own: a facade takes
 * milliseconds to convert one.
 * @returns each app with its image at `registry`
 */
export async function fleetDroplets(
  source: string,
  registry: string,
  guids: readonly string[],
): Promise<{ guid: string; image: string }[]> {
  const apps: { guid: string; image: string }[] = [];
  for (const guid of guids) {
    const bytes = await droplet(guid);
    const sha1 = hash('sha1', bytes);
    const path = join(source, sourceKey(guid, sha1));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    apps.push({ guid, image: `${registry}/cloudfoundry/${guid}:${sha1}` });
  }
  return apps;
}

async function droplet(content: string): Promise<Buffer> {
  const tar = pack();
  const file = { mode: 0o644, uid: 2000, gid: 2000, mtime: new Date(0) };
  tar.entry({ ...file, name: './staging_info.yml' }, JSON.stringify({ start_command: 'cat hello.txt' }));
  tar.entry({ ...file, name: './app/hello.txt' }, content);
  tar.finalize();
  return gzipSync(await buffer(tar), { level: 1 });
}
