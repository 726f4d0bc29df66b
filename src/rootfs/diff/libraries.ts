import type { Contents, Library } from '../contents/contents.ts';
import { lackOf, type LibraryWant } from '../lack.ts';
import { indexLibraries, type LibraryIndex } from '../library-index.ts';

/** `versions`: the symbol versions that were lost, or those of a library that was removed or added, sorted. */
export type LibraryChange = LibraryWant & {
  change: 'removed' | 'lost versions' | 'added';
  versions: string[];
  /** where it lies, or lay */
  paths: string[];
};

/**
 * Libraries that a program can no longer be loaded with come first, then those that lost symbol versions, then those that
 * came. A library is what its soname names, or its file name where it has none; it is gone where nothing leads to one by that name.
 */
export function diffLibraries(from: Contents, to: Contents): LibraryChange[] {
  const gone = lackedOf(from, indexLibraries(to));
  const come = lackedOf(to, indexLibraries(from));
  return [
    ...gone.filter(isWhole).map(changed('removed')),
    ...gone.filter((lacked) => !isWhole(lacked)).map(changed('lost versions')),
    ...come.filter(isWhole).map(changed('added')),
  ];
}

/** Files of one name, and what of each another rootfs lacks: no version where it is the whole. */
type Lacked = { files: [Library, ...Library[]]; lacks: readonly string[] };

/** The libraries of one rootfs of which another, `index`, lacks something. */
function lackedOf({ libraries }: Contents, index: LibraryIndex): Lacked[] {
  const found = new Map<string, Lacked>();
  for (const file of libraries) {
    const library = nameOf(file);
    const lack = lackOf(index, { ...file, library });
    if (lack === undefined) continue;
    const key = JSON.stringify([library, file.class, file.machine]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { files: [file], lacks: lack });
    else found.set(key, { files: [...known.files, file], lacks: [...known.lacks, ...lack] });
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, lacked]) => lacked);
}

function isWhole({ lacks }: Lacked): boolean {
  return lacks.length === 0;
}

function changed(change: LibraryChange['change']): (lacked: Lacked) => LibraryChange {
  return ({ files, lacks }) => {
    const [first] = files;
    const versions = change === 'lost versions' ? lacks : files.flatMap((file) => file.versions);
    return {
      change,
      library: nameOf(first),
      class: first.class,
      machine: first.machine,
      versions: [...new Set(versions)].toSorted(),
      paths: files.map(({ path }) => path),
    };
  };
}

function nameOf({ soname, path }: Library): string {
  return soname ?? path.slice(path.lastIndexOf('/') + 1);
}
