import { Transform, type TransformCallback } from 'node:stream';

/** A compressed format that may be made of parts which know nothing of each other. */
export type BlockFormat = {
  /** what the output starts with */
  readonly head?: Buffer;
  /** Compresses a block on another thread. The block may be overwritten once `done` was called. */
  compress(block: Buffer, done: (error: Error | null, bytes: Buffer) => void): void;
  /** Hears of each block, in order, before it is compressed. */
  see?(block: Buffer): void;
  /** What the output ends with, once all blocks were seen. */
  tail?(): Buffer;
};

const mebibyte = 1024 * 1024;

/** Larger blocks gain nothing; smaller ones cost more handing over between threads, and compress worse. */
export const blockSize = 4 * mebibyte;

type Slot = { bytes: Buffer | undefined };

/**
 * Compresses in blocks of four mebibytes, several at once on the threads of libuv's pool, and gives them in order: the output
 * depends on the input alone. Holds a few blocks and results at the most, however slowly these are taken.
 */
export class BlockCompressor extends Transform {
  readonly #format: BlockFormat;
  readonly #atOnce: number;
  readonly #slots: Slot[] = [];
  readonly #free: Buffer[] = [];
  #block: Buffer | undefined;
  #filled = 0;
  #running = 0;
  /** What waits for a thread, or for the last block. */
  #next: (() => void) | undefined;

  constructor(format: BlockFormat, atOnce: number) {
    super({ readableHighWaterMark: mebibyte, writableHighWaterMark: mebibyte });
    this.#format = format;
    this.#atOnce = atOnce;
    if (format.head !== undefined) this.push(format.head);
  }

  override _read(size: number): void {
    // Node does not hold up a transform whose output comes later than its callback; and it asks for more before it takes
    // what is there.
    process.nextTick(() => this.#next?.());
    super._read(size);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#take(chunk, 0, done);
  }

  override _flush(done: TransformCallback): void {
    if (this.#block !== undefined) this.#start(this.#block.subarray(0, this.#filled));
    this.#when(
      () => this.#running === 0,
      () => {
        if (this.#format.tail !== undefined) this.push(this.#format.tail());
        done();
      },
    );
  }

  #take(chunk: Buffer, from: number, done: TransformCallback): void {
    this.#block ??= this.#free.pop() ?? Buffer.allocUnsafeSlow(blockSize);
    const bytes = chunk.copy(this.#block, this.#filled, from);
    this.#filled += bytes;
    if (this.#filled < blockSize) {
      done();
      return;
    }
    this.#start(this.#block);
    this.#when(
      () => this.#running < this.#atOnce && this.readableLength < this.readableHighWaterMark,
      () => {
        if (from + bytes < chunk.length) this.#take(chunk, from + bytes, done);
        else done();
      },
    );
  }

  #start(block: Buffer): void {
    const slot: Slot = { bytes: undefined };
    this.#slots.push(slot);
    this.#running++;
    this.#block = undefined;
    this.#filled = 0;
    this.#format.see?.(block);
    this.#format.compress(block, (error, bytes) => {
      this.#running--;
      if (error !== null) this.destroy(error);
      if (this.destroyed) return;
      if (block.length === blockSize) this.#free.push(block);
      slot.bytes = bytes;
      this.#give();
      this.#next?.();
    });
  }

  #give(): void {
    for (let bytes = this.#slots[0]?.bytes; bytes !== undefined; bytes = this.#slots[0]?.bytes) {
      this.#slots.shift();
      this.push(bytes);
    }
  }

  #when(ready: () => boolean, then: () => void): void {
    this.#next = () => {
      if (!ready()) return;
      this.#next = undefined;
      then();
    };
    this.#next();
  }
}
