import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Owner } from './owner.ts';
import { run } from './run.ts';
import { tempDir } from './temp.ts';

/** A tar of a little root file system, told apart by `content`. */
export async function tinyRootfs(owner: Owner, content: string): Promise<string> {
  const folder = await tempDir(owner);
  await mkdir(join(folder, 'root', 'etc'), { recursive: true });
  await mkdir(join(folder, 'root', 'bin'), { recursive: true });
  await writeFile(join(folder, 'root', 'bin', 'bash'), '#!/bin/false\n', { mode: 0o755 });
  await writeFile(join(folder, 'root', 'etc', 'rootfs-release'), content);
  await run('tar', [
    '--sort=name',
    '--mtime=@0',
    '-cf',
    join(folder, 'rootfs.tar'),
    '-C',
    join(folder, 'root'),
    '.',
  ]);
  return join(folder, 'rootfs.tar');
}

export type TinyDroplet = { bytes: Buffer; sha1: string; sha256: string };

/** A droplet of a few files, told apart by `content`. */
export async function tinyDroplet(owner: Owner, content: string | Uint8Array): Promise<TinyDroplet> {
  const folder = await tempDir(owner);
  await mkdir(join(folder, 'd', 'app'), { recursive: true });
  await writeFile(join(folder, 'd', 'app', 'hello.txt'), content);
  await writeFile(join(folder, 'd', 'staging_info.yml'), JSON.stringify({ start_command: 'cat hello.txt' }));
  await run('tar', [
    '--sort=name',
    '--mtime=@1700000000',
    '-czf',
    join(folder, 'd.tgz'),
    '-C',
    join(folder, 'd'),
    '.',
  ]);
  const bytes = await readFile(join(folder, 'd.tgz'));
  return { bytes, sha1: hash('sha1', bytes), sha256: hash('sha256', bytes) };
}

export function hash(algorithm: 'sha1' | 'sha256', bytes: Uint8Array): string {
  return createHash(algorithm).update(bytes).digest('hex');
}
