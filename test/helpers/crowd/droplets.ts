import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { sourceKey } from '../../../src/droplet/source-key.ts';

/** Puts `count` different droplets of some size into a source. @returns `<guid>/manifests/<hash>` of each */
export async function placeDroplets(source: string, count: number, megabytes: number): Promise<string[]> {
  const names: string[] = [];
  for (let at = 0; at < count; at++) {
    const tar = pack();
    // Half of it compresses, as with real apps.
    tar.entry({ name: './app/noise', mode: 0o644, mtime: new Date(0) }, randomBytes(megabytes * 500_000));
    tar.entry(
      { name: './app/text', mode: 0o644, mtime: new Date(0) },
      Buffer.alloc(megabytes * 500_000, `text ${at} `),
    );
    tar.finalize();
    names.push(await placeBytes(source, gzipSync(await buffer(tar), { level: 1 })));
  }
  return names;
}

/** @returns `<guid>/manifests/<hash>` */
export async function placeBytes(source: string, bytes: Buffer): Promise<string> {
  const [guid, hash] = [randomUUID(), createHash('sha1').update(bytes).digest('hex')];
  const path = join(source, sourceKey(guid, hash));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
  return `${guid}/manifests/${hash}`;
}
