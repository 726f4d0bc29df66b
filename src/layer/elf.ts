import { Failure } from '../errors.ts';
import { readDynamic, type Linkage } from './elf/dynamic.ts';
import { openElf, type Identity } from './elf/file.ts';
import { wholeFile, type KeptFile } from './elf/kept-file.ts';
import type { NameBudget } from './elf/names.ts';

/**
 * What the dynamic loader reads of a program or a library (System V ABI, chapters 4 and 5; LSB, "Symbol Versioning").
 * Bytes of a name that are not UTF-8 become U+FFFD.
 */
export type Elf = Identity &
  Linkage & {
    /** Why the lists may lack something: a table is malformed, outside the file, not kept or beyond all reason. */
    problem?: string;
  };

/** What the names of one file may cost: more than ten thousand, where real ones have some hundreds. */
export const nameBudget = 1024 * 1024;

/** Reads a whole ELF file. */
export function parseElf(bytes: Buffer): Elf | undefined {
  return readElf(wholeFile(bytes), { left: nameBudget });
}

/**
 * Reads an ELF file. It goes by the program headers, as the loader does, so it needs no section headers.
 * No input makes it throw, and none makes it keep more than the budget, from which it takes what its names cost.
 * @returns undefined where it is not an ELF file
 */
export function readElf(kept: KeptFile, budget: NameBudget): Elf | undefined {
  const file = openElf(kept);
  if (file === undefined) return undefined;
  const elf: Elf = { ...file.identity, needed: [], provides: [], requires: [] };
  try {
    readDynamic(file, elf, budget);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    elf.problem = error.message;
  }
  return elf;
}

/** What the header alone says; 64 bytes are always enough. */
export function identifyElf(start: Buffer): Identity | undefined {
  return openElf(wholeFile(start))?.identity;
}
