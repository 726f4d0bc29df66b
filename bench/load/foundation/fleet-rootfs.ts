import { createCipheriv, createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/**
 * Writes a tar of a little root file system to `path`, with `bytes` that do not compress. The version decides what they are:
 * no two share a layer.
 */
export async function fleetRootfs(path: string, version: string, bytes: number): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  const header = { mode: 0o755, mtime: new Date(0) };
  for (const name of ['./', './bin/', './etc/', './usr/']) tar.entry({ ...header, name, type: 'directory' });
  tar.entry({ ...header, name: './bin/bash' }, '#!/bin/false\n');
  tar.entry({ ...header, name: './etc/rootfs-release' }, `${version}\n`);
  const key = createHash('sha256').update(version).digest();
  const noise = createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
  tar.entry({ ...header, name: './usr/noise' }, noise);
  tar.finalize();
  await written;
}
