import { lstat, readlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TarEntry } from './tar-file.ts';

/**
 * What a tar needs so that `paths` of this machine lead to the same files in it: the directories above them, each
 * symlink on the way, and the files at their ends. Keyed by name without a slash at either end. All belong to root.
 * @throws what `lstat` throws, where one of the paths does not exist
 */
export async function machineTree(paths: Iterable<string>): Promise<Map<string, TarEntry>> {
  const tree = new Map<string, TarEntry>();
  for (const path of paths) await addPath(tree, path);
  return tree;
}

async function addPath(tree: Map<string, TarEntry>, path: string): Promise<void> {
  const parts = path.split('/').filter((part) => part !== '');
  let current = '/';
  for (const [index, part] of parts.entries()) {
    const parent = current;
    current = join(parent, part);
    const found = await lstat(current);
    const name = current.slice(1);
    if (found.isSymbolicLink()) {
      const linkname = await readlink(current);
      tree.set(name, { name, mode: 0o777, owner: 0, type: 'symlink', linkname });
      await addPath(tree, join(resolve(parent, linkname), ...parts.slice(index + 1)));
      return;
    }
    tree.set(
      name,
      found.isDirectory()
        ? { name: `${name}/`, mode: 0o755, owner: 0, type: 'directory' }
        : { name, mode: found.mode & 0o755, owner: 0, type: 'file', source: current },
    );
  }
}
