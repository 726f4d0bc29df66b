import { Failure } from '../../errors.ts';
import { bytesFrom, type KeptFile, type Part } from './kept-file.ts';

/** What the first bytes of an ELF file say (System V ABI, "ELF Header"). */
export type Identity = {
  class: 32 | 64;
  endian: 'little' | 'big';
  /** As `uname -m` prints it, or `em-<number>`. */
  machine: string;
  type: 'relocatable' | 'executable' | 'shared' | 'core' | 'other';
};

/**
 * The numbers of an ELF file, whatever its class and byte order. Each throws Failure `invalid` outside the file, and
 * `too-large` where that part of it was not kept.
 */
export type ElfFile = KeptFile & {
  identity: Identity;
  u16(at: number): number;
  u32(at: number): number;
  /** An address, an offset or a size, of 4 or 8 bytes. Beyond 2^53 it is not exact, and in no file anyway. */
  word(at: number): number;
};

/** No ELF header has more bytes. */
export const headerSize = 64;

/** Undefined where `kept` does not begin as an ELF file of a known class and byte order does. */
export function openElf(kept: KeptFile): ElfFile | undefined {
  const start = bytesFrom(kept, 0, headerSize);
  const wide = start[4] === 2;
  const little = start[5] === 1;
  if (!startsAsElf(start) || start.length < (wide ? headerSize : 52)) return undefined;
  if ((!wide && start[4] !== 1) || (!little && start[5] !== 2)) return undefined;

  const u16 = (at: number): number => {
    const part = partWith(kept, at, 2);
    return little ? part.bytes.readUInt16LE(at - part.start) : part.bytes.readUInt16BE(at - part.start);
  };
  const u32 = (at: number): number => {
    const part = partWith(kept, at, 4);
    return little ? part.bytes.readUInt32LE(at - part.start) : part.bytes.readUInt32BE(at - part.start);
  };
  const u64 = (at: number): number => u32(at + (little ? 4 : 0)) * 2 ** 32 + u32(at + (little ? 0 : 4));
  const identity: Identity = {
    class: wide ? 64 : 32,
    endian: little ? 'little' : 'big',
    machine: machineName(u16(18), wide, little),
    type: typeName(u16(16)),
  };
  return { ...kept, identity, u16, u32, word: wide ? u64 : u32 };
}

/** A table that cannot be read, `length` bytes from `at`: the file's fault, or ours who kept too little. */
export function unreadable(file: KeptFile, at: number, length: number): Failure {
  if (at < 0 || at + length > file.size)
    return new Failure('invalid', 'its ELF tables point outside the file');
  return new Failure('too-large', 'its ELF tables lie in a part of it that was not kept');
}

/** Whether the first four bytes are those of an ELF file. */
function startsAsElf(start: Buffer): boolean {
  return start.length >= 4 && start.readUInt32BE(0) === 0x7f454c46;
}

function partWith(file: KeptFile, at: number, length: number): Part {
  for (const part of file.parts) {
    if (at >= part.start && at + length <= part.start + part.bytes.length) return part;
  }
  throw unreadable(file, at, length);
}

function typeName(type: number): Identity['type'] {
  switch (type) {
    case 1:
      return 'relocatable';
    case 2:
      return 'executable';
    case 3:
      return 'shared';
    case 4:
      return 'core';
    default:
      return 'other';
  }
}

/** The machines that container images are made for (the registry of e_machine numbers has hundreds). */
function machineName(machine: number, wide: boolean, little: boolean): string {
  switch (machine) {
    case 3:
      return 'i686';
    case 8:
      return `mips${wide ? '64' : ''}${little ? 'el' : ''}`;
    case 20:
      return 'ppc';
    case 21:
      return little ? 'ppc64le' : 'ppc64';
    case 22:
      return wide ? 's390x' : 's390';
    case 40:
      return 'arm';
    case 62:
      return 'x86_64';
    case 183:
      return 'aarch64';
    case 243:
      return wide ? 'riscv64' : 'riscv32';
    case 258:
      return wide ? 'loongarch64' : 'loongarch32';
    default:
      return `em-${machine}`;
  }
}
