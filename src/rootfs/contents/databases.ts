import { Failure, isFailure } from '../../errors.ts';
import { parseApk } from './apk.ts';
import type { Package } from './contents.ts';
import { parseDpkg } from './dpkg.ts';
import type { Inode } from './node.ts';
import { parseOsRelease } from './os-release.ts';
import { readRpm } from './rpm.ts';
import type { Tree } from './tree.ts';

const dpkgStatus = 'var/lib/dpkg/status';
/** One file a package, beside their checksums: how distroless images do it. */
const dpkgFolder = 'var/lib/dpkg/status.d';
const apkFiles = ['lib/apk/db/installed', 'usr/lib/apk/db/installed'];
const rpmFolders = ['var/lib/rpm', 'usr/lib/sysimage/rpm'];
const rpmFile = 'rpmdb.sqlite';
/** What rpm kept its packages in before, and what of this it is called. */
const olderRpmFiles = { Packages: 'Berkeley DB', 'Packages.db': 'ndb' };
const osReleaseFiles = ['etc/os-release', 'usr/lib/os-release'];

const keptFiles: ReadonlySet<string> = new Set([
  dpkgStatus,
  ...apkFiles,
  ...rpmFolders.flatMap((folder) => [`${folder}/${rpmFile}`, logOf(folder)]),
  ...osReleaseFiles,
]);

/** What the databases of a rootfs say; `unknown` names those that could not be read, and why. */
export type Databases = {
  packages: Package[];
  osRelease: Record<string, string> | undefined;
  unknown: string[];
};

/** Whether the file at `path` must be kept whole until all layers are known. */
export function isDatabase(path: string): boolean {
  return keptFiles.has(path) || (path.startsWith(`${dpkgFolder}/`) && isDistrolessStatus(path));
}

/** Reads the databases of a complete tree: where several layers bring one, that is the topmost. */
export function readDatabases(tree: Tree, temporaryDirectory: string): Databases {
  const unknown: string[] = [];
  const seen = new Set<Inode>();
  /**
   * Reads each file once, though symlinks may lead to it from several of the places where it is looked for. One that is
   * marked as unread is already known to be.
   */
  const read = <Value>(path: string, parse: (inode: Inode) => Value): Value | undefined => {
    const inode = inodeAt(tree, path);
    if (inode === undefined || inode.unread !== undefined || seen.has(inode)) return undefined;
    seen.add(inode);
    try {
      return parse(inode);
    } catch (error) {
      if (!isFailure(error, 'invalid')) throw error;
      unknown.push(`${path}: ${error.message}`);
      return undefined;
    }
  };
  const packages = packageSources(tree, temporaryDirectory).flatMap(
    ([path, parse]) => read(path, parse) ?? [],
  );
  const releases = osReleaseFiles.map((path) => read(path, (inode) => parseOsRelease(textOf(inode))));
  return { packages, osRelease: releases.find((release) => release !== undefined), unknown };
}

type PackageSource = [path: string, parse: (inode: Inode) => Package[]];

function packageSources(tree: Tree, temporaryDirectory: string): PackageSource[] {
  const dpkg = someOf(parseDpkg);
  const apk = someOf(parseApk);
  return [
    [dpkgStatus, dpkg],
    ...distrolessFiles(tree).map((path): PackageSource => [path, dpkg]),
    ...apkFiles.map((path): PackageSource => [path, apk]),
    ...rpmFolders.flatMap((folder) => rpmSources(tree, folder, temporaryDirectory)),
  ];
}

/** A database of packages that names none, though it is not empty, is not one. */
function someOf(parse: (text: string) => Package[]): (inode: Inode) => Package[] {
  return (inode) => {
    const text = textOf(inode);
    const packages = parse(text);
    if (packages.length > 0 || text.trim() === '') return packages;
    throw new Failure('invalid', 'it names no installed package');
  };
}

function distrolessFiles(tree: Tree): string[] {
  const folder = tree.find(dpkgFolder);
  if (folder?.kind !== 'directory') return [];
  const paths = [...folder.children.keys()].map((name) => `${dpkgFolder}/${name}`);
  return paths.filter(isDistrolessStatus).toSorted();
}

function isDistrolessStatus(path: string): boolean {
  return !path.endsWith('.md5sums');
}

/** An rpm that moved to SQLite may have left the old file behind. */
function rpmSources(tree: Tree, folder: string, temporaryDirectory: string): PackageSource[] {
  const path = `${folder}/${rpmFile}`;
  if (inodeAt(tree, path) === undefined) {
    return Object.entries(olderRpmFiles).map(([name, format]) => [
      `${folder}/${name}`,
      () => {
        throw new Failure(
          'invalid',
          `an rpm database of the older form ${format}, which dropstack does not read`,
        );
      },
    ]);
  }
  const parse = (inode: Inode): Package[] => {
    const log = inodeAt(tree, logOf(folder));
    return readRpm(bodyOf(inode), log && bodyOf(log), temporaryDirectory);
  };
  return [[path, parse]];
}

/** What a writer had not yet moved into the database. */
function logOf(folder: string): string {
  return `${folder}/${rpmFile}-wal`;
}

function inodeAt(tree: Tree, path: string): Inode | undefined {
  const node = tree.find(path);
  return node?.kind === 'file' ? node.inode : undefined;
}

function textOf(inode: Inode): string {
  return bodyOf(inode).toString();
}

function bodyOf(inode: Inode): Buffer {
  if (inode.body !== undefined) return inode.body;
  throw new Failure('invalid', inode.unread ?? 'a link leads from there to a file that was not kept');
}
