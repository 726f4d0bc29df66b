import type { Contents } from './contents/contents.ts';
import { diffFiles, type FileChange } from './diff/files.ts';
import { diffLibraries, type LibraryChange } from './diff/libraries.ts';
import { diffPackages, type PackageChange } from './diff/packages.ts';

/** What changes from one rootfs to another. Plain JSON; each list in an order that the contents alone decide. */
export type ContentsDiff = {
  /** What programs may miss comes first. */
  libraries: LibraryChange[];
  packages: PackageChange[];
  files: FileChange[];
  /** how many things could not be read in each: what is listed may lack something */
  unknown: { from: number; to: number };
};

/** Contents have no hashes: a file whose bytes changed and whose size did not is not seen here. */
export function diffContents(from: Contents, to: Contents): ContentsDiff {
  return {
    libraries: diffLibraries(from, to),
    packages: diffPackages(from.packages, to.packages),
    files: diffFiles(from.files, to.files),
    unknown: { from: from.unknown.length, to: to.unknown.length },
  };
}
