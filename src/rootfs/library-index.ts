import type { Contents, Library } from './contents/contents.ts';
import { Tree } from './contents/tree.ts';

export type IndexedLibrary = Omit<Library, 'path' | 'soname'>;

/** The libraries of a rootfs by every name that can lead to them: soname, file name, and the names of symlinks. */
export type LibraryIndex = {
  byName: ReadonlyMap<string, readonly IndexedLibrary[]>;
  /** names of files that could not be read: of them nobody can say what they lack */
  unread: ReadonlySet<string>;
};

/**
 * Directories are left out of account: a library that only programs with a search path of their own would find is listed like
 * any other.
 */
export function indexLibraries(contents: Contents): LibraryIndex {
  const byName = new Map<string, IndexedLibrary[]>();
  const unread = new Set<string>();
  const tree = treeOf(contents);
  for (const [path, node] of tree.nodes()) {
    const leaf = node.kind === 'symlink' ? tree.find(path) : node;
    if (leaf?.kind !== 'file') continue;
    const { library, unread: problem } = leaf.inode;
    for (const name of namesOf(path, leaf === node ? library?.soname : undefined)) {
      if (problem !== undefined) unread.add(name);
      if (library !== undefined) byName.set(name, [...(byName.get(name) ?? []), library]);
    }
  }
  return { byName, unread };
}

/** Laid out anew, so that symlinks lead where they lead in a container. */
function treeOf({ files, libraries, unknown }: Contents): Tree {
  const tree = new Tree();
  const byPath = new Map(libraries.map((library) => [library.path, library]));
  const reasons = new Map(unknown.map(pathAndReason));
  for (const { path, type, mode, size = 0, target = '' } of files) {
    const place = tree.place(path);
    if (type === 'directory') tree.putDirectory(place, mode);
    else if (place !== undefined && type === 'symlink') tree.put(place, { kind: type, target, mode });
    else if (place !== undefined && (type === 'file' || type === 'link')) {
      const [library, unread] = [byPath.get(path), reasons.get(path)];
      const inode = { size, mode, ...(library && { library }), ...(unread !== undefined && { unread }) };
      tree.put(place, { kind: 'file', inode });
    }
  }
  return tree;
}

function pathAndReason(line: string): [path: string, reason: string] {
  const colon = line.indexOf(': ');
  return [line.slice(0, Math.max(colon, 0)), line.slice(colon + 2)];
}

function namesOf(path: string, soname: string | undefined): Set<string> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return new Set(soname === undefined ? [name] : [name, soname]);
}
