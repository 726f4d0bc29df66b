import type { KeptFile, Part } from './kept-file.ts';
import { rangesToKeep, type Keep, type Range } from './ranges.ts';

/**
 * Keeps of ELF files that pass by, one at a time, what is needed to read them, in one piece of memory that each fills anew.
 * What is kept depends on the file alone, not on how it is cut.
 */
export class FileKeeper {
  readonly #keep: Keep;
  #memory: Buffer | undefined;
  #size = 0;
  #seen = 0;
  #parts: Part[] = [];

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  /** Forgets the last file. The next one has `size` bytes. */
  begin(size: number): void {
    this.#size = size;
    this.#seen = 0;
    this.#parts = this.#partsAt([{ start: 0, end: Math.min(size, this.#keep.head) }]);
  }

  /** Takes the file's next bytes. */
  write(bytes: Buffer): void {
    const first = bytes.subarray(0, Math.max(this.#keep.head - this.#seen, 0));
    this.#take(first);
    if (first.length === bytes.length) return;
    // The head stays where it is, as the start of the first part.
    if (this.#seen === this.#keep.head) this.#parts = this.#partsAt(rangesToKeep(this.file, this.#keep));
    this.#take(bytes.subarray(first.length));
  }

  /** The file, once its last byte was taken and until the next one begins. */
  get file(): KeptFile {
    return { size: this.#size, parts: this.#parts };
  }

  #partsAt(ranges: Range[]): Part[] {
    // The system gives memory that nobody cleared only as it is written to.
    const memory = (this.#memory ??= Buffer.allocUnsafeSlow(this.#keep.head + this.#keep.beyond));
    let used = 0;
    return ranges.map(({ start, end }) => ({ start, bytes: memory.subarray(used, (used += end - start)) }));
  }

  #take(taken: Buffer): void {
    for (const { start, bytes } of this.#parts) {
      const from = Math.max(start, this.#seen);
      const to = Math.min(start + bytes.length, this.#seen + taken.length);
      if (from < to) taken.copy(bytes, from - start, from - this.#seen, to - this.#seen);
    }
    this.#seen += taken.length;
  }
}
