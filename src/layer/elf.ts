import { Failure } from '../errors.ts';
import { readDynamic, type Linkage } from './elf/dynamic.ts';
import { openElf, type Identity } from './elf/file.ts';

/**
 * What the dynamic loader reads of a program or a library (System V ABI, chapters 4 and 5; LSB, "Symbol Versioning").
 * Bytes of a name that are not UTF-8 become U+FFFD.
 */
export type Elf = Identity &
  Linkage & {
    /** Why the lists may lack something: a table is malformed, outside the file or beyond all reason. */
    problem?: string;
  };

/**
 * Reads a whole ELF file. It goes by the program headers, as the loader does, so it needs no section headers.
 * No input makes it throw, and none makes it keep more than a few megabytes of names.
 * @returns undefined where `bytes` are not an ELF file
 */
export function parseElf(bytes: Buffer): Elf | undefined {
  const file = openElf(bytes);
  if (file === undefined) return undefined;
  const elf: Elf = { ...file.identity, needed: [], provides: [], requires: [] };
  try {
    readDynamic(file, elf);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    elf.problem = error.message;
  }
  return elf;
}

/** What the header alone says; 64 bytes are always enough. */
export function identifyElf(start: Buffer): Identity | undefined {
  return openElf(start)?.identity;
}
