import { identifyElf, nameBudget, readElf } from '../layer/elf.ts';
import { headerSize } from '../layer/elf/file.ts';
import { FileKeeper } from '../layer/elf/file-keeper.ts';
import { bytesFrom } from '../layer/elf/kept-file.ts';
import { NeedsList } from './needs-list.ts';
import type { ElfNeeds } from './needs.ts';

/** Bounds of what a droplet's ELF files may make us keep and read, in bytes. */
export type NeedsLimits = {
  /** of one file: from its start, and of segments beyond */
  head: number;
  beyond: number;
  /** of all names that are read, with what each costs beside */
  names: number;
  /** of the result, as JSON */
  text: number;
};

const mebibyte = 1024 * 1024;

export const defaultNeedsLimits: NeedsLimits = {
  head: 8 * mebibyte,
  beyond: 4 * mebibyte,
  names: 64 * mebibyte,
  text: mebibyte,
};

/** An ELF file begins with it, and no text does. */
const firstByte = 0x7f;

/**
 * Finds the programs and libraries among a droplet's files as they pass by, and lists what they need to be loaded. The result
 * depends on the files alone, not on how they are cut, and no file makes it throw.
 */
export class NeedsCollector {
  readonly #list: NeedsList;
  readonly #keeper: FileKeeper;
  #names: number;
  /** whether files are still read and listed; otherwise they are only counted */
  #open = true;
  #path: readonly string[] = [];
  /** bytes of the present file that are looked at, and those that are still to come */
  #size = 0;
  #left = 0;

  constructor(limits: NeedsLimits = defaultNeedsLimits) {
    this.#list = new NeedsList(limits.text);
    this.#keeper = new FileKeeper(limits);
    this.#names = limits.names;
  }

  /** A regular file comes next. Its path has one character a byte. */
  begin(path: readonly string[], size: number): void {
    this.#path = path;
    this.#size = this.#open ? size : Math.min(size, headerSize);
    this.#left = this.#size;
  }

  /** Takes the next bytes of the file that began last. What comes beyond its size is padding. */
  write(slice: Buffer): void {
    if (this.#left === 0) return;
    if (this.#left === this.#size) {
      if (slice[0] !== firstByte) {
        this.#left = 0;
        return;
      }
      this.#keeper.begin(this.#size);
    }
    const bytes = slice.subarray(0, this.#left);
    this.#keeper.write(bytes);
    this.#left -= bytes.length;
    if (this.#left === 0) this.#read();
  }

  get needs(): ElfNeeds {
    return this.#list.needs;
  }

  /** Only programs and libraries are loaded: an object file is not, nor is a core dump. */
  #read(): void {
    const { file } = this.#keeper;
    const type = identifyElf(bytesFrom(file, 0, headerSize))?.type;
    if (type !== 'executable' && type !== 'shared') return;
    if (!this.#open) {
      this.#list.leaveOut();
      return;
    }
    const budget = { left: Math.min(nameBudget, this.#names) };
    this.#names -= budget.left;
    const elf = readElf(file, budget);
    this.#names += budget.left;
    if (elf !== undefined) this.#open = this.#list.add(textOf(this.#path), elf) && this.#names > 0;
  }
}

function textOf(path: readonly string[]): string {
  return Buffer.from(path.join('/'), 'latin1').toString();
}
