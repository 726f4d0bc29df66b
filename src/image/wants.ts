import type { ElfGroup } from '../droplet/needs.ts';
import type { LibraryWant } from '../rootfs/lack.ts';

/**
 * What the files of a group want of a rootfs: every library that they name, but those that the droplet brings itself. The
 * loader is one of them where they name it: it is a library as others are.
 */
export function wantsOf(group: ElfGroup, brings: ReadonlySet<string>): LibraryWant[] {
  const versions = new Map<string, readonly string[]>(group.needed.map((library) => [library, []]));
  for (const required of group.requires) versions.set(required.library, required.versions);
  return [...versions]
    .filter(([library]) => !brings.has(library))
    .map(([library, required]) => ({
      library,
      class: group.class,
      machine: group.machine,
      versions: required,
    }));
}
