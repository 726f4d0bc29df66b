import { launcherFiles, type LauncherFile } from '../../layer/launcher.ts';
import type { Contents, FileEntry, Library, Package } from './contents.ts';
import { readDatabases } from './databases.ts';
import type { Node } from './node.ts';
import type { Tree } from './tree.ts';

/** Where the PATH of an app leads (see the image's config). */
const searchPath = ['usr/local/bin', 'usr/bin', 'bin'];
/** The launcher scripts begin with this path. */
const shell = 'bin/bash';
const libraryName = /\.so(?:\.[^/]*)?$/;

/** More lines than a person reads; the last one then says how many there were. */
const mostUnknown = 1000;

/** What a complete tree holds. */
export function summarise(tree: Tree, temporaryDirectory: string): Contents {
  const nodes = [...tree.nodes()].toSorted(([a], [b]) => compare(a, b));
  const databases = readDatabases(tree, temporaryDirectory);
  const { osRelease } = databases;
  return {
    files: nodes.map(([path, node]) => describe(tree, path, node)),
    packages: databases.packages.toSorted(comparePackages),
    libraries: nodes.flatMap(([path, node]) => libraryAt(path, node)),
    unknown: shortened([...nodes.flatMap(([path, node]) => unreadAt(path, node)), ...databases.unknown]),
    ...(osRelease === undefined ? {} : { osRelease }),
    launcher: launcherFiles.filter((file) => hasLauncher(tree, file)),
    shell: isExecutable(tree, shell),
  };
}

function describe(tree: Tree, path: string, node: Node): FileEntry {
  if (node.kind === 'symlink') return { path, type: 'symlink', mode: node.mode, target: node.target };
  if (node.kind !== 'file') return { path, type: node.kind, mode: node.mode };
  const { mode, size } = node.inode;
  const target = node.linked;
  if (target === undefined || target === path) return { path, type: 'file', mode, size };
  // The file that it was linked to may have been hidden or replaced since; what they shared is then its own.
  const first = tree.find(target);
  const shares = first?.kind === 'file' && first.inode === node.inode;
  return shares ? { path, type: 'link', mode, size, target } : { path, type: 'file', mode, size };
}

function libraryAt(path: string, node: Node): Library[] {
  const library = node.kind === 'file' ? node.inode.library : undefined;
  if (library === undefined) return [];
  return library.soname !== undefined || libraryName.test(path) ? [{ path, ...library }] : [];
}

function unreadAt(path: string, node: Node): string[] {
  const lines: string[] = [];
  if (node.kind === 'file' && node.inode.unread !== undefined) lines.push(`${path}: ${node.inode.unread}`);
  if (path.slice(path.lastIndexOf('/') + 1).includes('\uFFFD')) lines.push(`${path}: its name is not UTF-8`);
  return lines;
}

function shortened(lines: string[]): string[] {
  if (lines.length <= mostUnknown) return lines;
  return [...lines.slice(0, mostUnknown), `and ${lines.length - mostUnknown} more`];
}

function hasLauncher(tree: Tree, file: LauncherFile): boolean {
  const paths = file.startsWith('/') ? [file] : searchPath.map((folder) => `${folder}/${file}`);
  return paths.some((path) => isExecutable(tree, path));
}

/** A file that nobody may execute starts nothing. */
function isExecutable(tree: Tree, path: string): boolean {
  const node = tree.find(path);
  return node?.kind === 'file' && (node.inode.mode & 0o111) !== 0;
}

function comparePackages(a: Package, b: Package): number {
  return compare(a.name, b.name) || compare(a.architecture, b.architecture) || compare(a.version, b.version);
}

/** By code unit: the same everywhere. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
