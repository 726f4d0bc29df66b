import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';

/** One filesystem in every form in which it can be imported, each made by a program that people use for it. */
export type Formats = Record<
  | 'tar'
  | 'tar.gz'
  | 'tar.zst'
  | 'layout'
  | 'layout.zstd'
  | 'layout.tar'
  | 'oci-archive.tar'
  | 'oci-archive.tar.gz'
  | 'docker-archive.tar'
  | 'docker-archive.tar.gz',
  string
>;

/** Packs the filesystem in `tar` as umoci, skopeo and GNU tar do. */
export async function packEverywhere(owner: Owner, tar: string): Promise<Formats> {
  const root = await tempDir(owner);
  const at = (name: string): string => join(root, name);
  const gnuTar = (...args: string[]): Promise<unknown> => run(toolPath('tar'), args, { cwd: root });
  const umoci = (...args: string[]): Promise<unknown> => run(toolPath('umoci'), args, { cwd: root });
  const skopeo = (...args: string[]): Promise<unknown> =>
    run(toolPath('skopeo'), ['--insecure-policy', 'copy', ...args], { cwd: root });

  await copyFile(tar, at('rootfs.tar'));
  await run('gzip', ['-nk', 'rootfs.tar'], { cwd: root });
  await writeFile(at('rootfs.tar.zst'), zstdCompressSync(await readFile(tar)));
  await umoci('init', '--layout', 'layout');
  await umoci('new', '--image', 'layout:v1');
  await umoci('raw', 'add-layer', '--image', 'layout:v1', 'rootfs.tar');
  await skopeo('--dest-compress', '--dest-compress-format', 'zstd', 'oci:layout:v1', 'oci:layout.zstd:v1');
  await skopeo('oci:layout:v1', 'oci-archive:oci-archive.tar:v1');
  await skopeo('oci:layout:v1', 'docker-archive:docker-archive.tar:stack/rootfs:v1');
  await gnuTar('-cf', 'layout.tar', '-C', 'layout', '.');
  await run('gzip', ['-nk', 'oci-archive.tar', 'docker-archive.tar'], { cwd: root });
  return {
    tar: at('rootfs.tar'),
    'tar.gz': at('rootfs.tar.gz'),
    'tar.zst': at('rootfs.tar.zst'),
    layout: at('layout'),
    'layout.zstd': at('layout.zstd'),
    'layout.tar': at('layout.tar'),
    'oci-archive.tar': at('oci-archive.tar'),
    'oci-archive.tar.gz': at('oci-archive.tar.gz'),
    'docker-archive.tar': at('docker-archive.tar'),
    'docker-archive.tar.gz': at('docker-archive.tar.gz'),
  };
}
