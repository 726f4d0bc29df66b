import type { ElfFile } from './file.ts';
import type { NameReader } from './names.ts';

export type Requirement = { file: string; versions: string[] };

const flag = { base: 1, weak: 2 };

/** Elf64_Verdef and Elf64_Verdaux, which the 32-bit class shares; a definition's first name is its own. */
export function readDefinitions(file: ElfFile, name: NameReader, start: number, provides: string[]): void {
  forEachRecord(file, start, 16, (at) => {
    const version = name(file.u32(at + file.u32(at + 12)));
    if ((file.u16(at + 2) & flag.base) === 0) provides.push(version);
  });
}

/** Elf64_Verneed and Elf64_Vernaux. The loader starts a program without a version that it needs weakly. */
export function readRequirements(
  file: ElfFile,
  name: NameReader,
  start: number,
  requires: Requirement[],
): void {
  forEachRecord(file, start, 12, (at) => {
    const requirement: Requirement = { file: name(file.u32(at + 4)), versions: [] };
    requires.push(requirement);
    forEachRecord(file, at + file.u32(at + 8), 12, (aux) => {
      const version = name(file.u32(aux + 8));
      if ((file.u16(aux + 4) & flag.weak) === 0) requirement.versions.push(version);
    });
  });
}

/**
 * Visits a chain of records, each with the distance to the next one `link` bytes from its start, 0 in the last one; the
 * loader does not look at their announced count either. Each visit reads a name, so the bound on names ends any chain.
 */
function forEachRecord(file: ElfFile, start: number, link: number, visit: (at: number) => void): void {
  for (let at = start; ; at += file.u32(at + link)) {
    visit(at);
    if (file.u32(at + link) === 0) return;
  }
}
