import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Owner } from '../helpers/owner.ts';
import { run } from '../helpers/run.ts';
import { tempDir } from '../helpers/temp.ts';
import { toolPath } from '../helpers/tools.ts';

/** A GNU tar of a small root filesystem with a static busybox, a bash that is a script, and `files`. */
export async function treeTar(owner: Owner, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const root = await tempDir(owner);
  const tree = join(root, 'tree');
  await mkdir(join(tree, 'bin'), { recursive: true });
  await copyFile(toolPath('busybox'), join(tree, 'bin/busybox'));
  await symlink('busybox', join(tree, 'bin/sh'));
  await writeFile(join(tree, 'bin/bash'), '#!/bin/sh\nexec sh "$@"\n', { mode: 0o755 });
  for (const [name, text] of Object.entries({ 'etc/issue': 'a tree\n', ...files })) {
    await mkdir(dirname(join(tree, name)), { recursive: true });
    await writeFile(join(tree, name), text, { mode: 0o755 });
  }
  const tar = join(root, 'rootfs.tar');
  await run(toolPath('tar'), [...plainTar, '-cf', tar, '-C', tree, '.']);
  return tar;
}

/** The same tree gives the same bytes. */
const plainTar = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
