import type { ElfNeeds } from '../droplet/needs.ts';
import { lackOf } from '../rootfs/lack.ts';
import type { LibraryIndex } from '../rootfs/library-index.ts';
import { wantsOf } from './wants.ts';

/** A library that files of a droplet cannot be loaded without, and that a rootfs does not give them. */
export type Break = {
  library: string;
  class: 32 | 64;
  machine: string;
  /** the symbol versions that it lacks, sorted; none: the library itself is missing */
  versions: string[];
  /** the first few files, relative to `home/vcap/` */
  files: string[];
  /** of all such files */
  count: number;
};

/** `breaks`: what the one rootfs lacks and the other has. `already`: what both lack. By library, class and machine. */
export type Breaks = { breaks: Break[]; already: Break[] };

const mostFiles = 5;

/**
 * What a droplet would miss over the rootfs `to`.
 * @param from the rootfs that it lies over; without one, it is taken to miss nothing yet
 */
export function breaksOf(
  { groups, brings }: Pick<ElfNeeds, 'groups' | 'brings'>,
  to: LibraryIndex,
  from?: LibraryIndex,
): Breaks {
  const own = new Set(brings);
  const [breaks, already] = [new Map<string, Break>(), new Map<string, Break>()];
  for (const group of groups) {
    const files = group.files.map(({ path }) => path);
    for (const want of wantsOf(group, own)) {
      const lack = lackOf(to, want);
      if (lack === undefined) continue;
      const parts = apart(lack, from && lackOf(from, want));
      if (parts.breaks !== undefined) add(breaks, { ...want, versions: parts.breaks }, files);
      if (parts.already !== undefined) add(already, { ...want, versions: parts.already }, files);
    }
  }
  return { breaks: sorted(breaks), already: sorted(already) };
}

type Lack = readonly string[] | undefined;

/** What is lacked anew, and what was lacked before. A library that is missing lacks everything. */
function apart(lack: readonly string[], before: Lack): { breaks: Lack; already: Lack } {
  if (before === undefined) return { breaks: lack, already: undefined };
  if (before.length === 0) return { breaks: undefined, already: lack };
  if (lack.length === 0) return { breaks: lack, already: undefined };
  return {
    breaks: unlessEmpty(lack.filter((version) => !before.includes(version))),
    already: unlessEmpty(lack.filter((version) => before.includes(version))),
  };
}

function unlessEmpty(versions: string[]): Lack {
  return versions.length === 0 ? undefined : versions;
}

type Lacking = Pick<Break, 'library' | 'class' | 'machine'> & { versions: readonly string[] };

function add(found: Map<string, Break>, lacking: Lacking, files: readonly string[]): void {
  const { library, class: wordSize, machine, versions } = lacking;
  const key = JSON.stringify([library, wordSize, machine]);
  const known = found.get(key);
  found.set(key, {
    library,
    class: wordSize,
    machine,
    versions: [...new Set([...(known?.versions ?? []), ...versions])].toSorted(),
    files: [...(known?.files ?? []), ...files].slice(0, mostFiles),
    count: (known?.count ?? 0) + files.length,
  });
}

function sorted(found: ReadonlyMap<string, Break>): Break[] {
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
