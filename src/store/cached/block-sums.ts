import { crc32 } from 'node:zlib';

/** Bytes of a file that share one checksum, and the most that is read at once. On disks: it may not change. */
export const blockSize = 256 * 1024;

/** CRC-32 of each block of bytes that come in pieces of any size. */
export class BlockSums {
  /** of the blocks that are full; after `end` of all */
  readonly sums: number[] = [];
  #sum = 0;
  #length = 0;

  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const part = bytes.subarray(at, at + blockSize - this.#length);
      this.#sum = crc32(part, this.#sum);
      this.#length += part.length;
      at += part.length;
      if (this.#length === blockSize) this.#next();
    }
  }

  /** The last block is rarely full. */
  end(): void {
    if (this.#length > 0) this.#next();
  }

  #next(): void {
    this.sums.push(this.#sum);
    this.#sum = 0;
    this.#length = 0;
  }
}
