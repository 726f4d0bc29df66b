import type { LibraryIndex } from './library-index.ts';

/** A library as a program asks for it: by a name, for its own class and machine, with the symbol versions that it binds to. */
export type LibraryWant = {
  library: string;
  class: 32 | 64;
  machine: string;
  versions: readonly string[];
};

/**
 * What a rootfs lacks of a library: undefined where nothing is, no version where it is the library itself, else the symbol
 * versions that none of that name has together with the others. Of a library without any versions the loader only
 * warns; yet whoever was built against versions got symbols that it may not have.
 */
export function lackOf({ byName, unread }: LibraryIndex, want: LibraryWant): readonly string[] | undefined {
  if (unread.has(want.library)) return undefined;
  const found = (byName.get(want.library) ?? []).filter(
    (library) => library.class === want.class && library.machine === want.machine,
  );
  if (found.length === 0) return [];
  const [least = []] = found
    .map(({ versions }) => want.versions.filter((version) => !versions.includes(version)))
    .toSorted((a, b) => a.length - b.length);
  return least.length === 0 ? undefined : least;
}
