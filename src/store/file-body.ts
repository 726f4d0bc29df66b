import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { callbackify } from 'node:util';
import { giveBack, lend, lentSize } from './lent.ts';

/** The bytes of an open file from `start` to `end`, exclusive, in lent buffers. Fewer where it is shorter. Closes it. */
export class FileBody extends Readable {
  readonly #file: FileHandle;
  readonly #end: number;
  #at: number;

  constructor(file: FileHandle, start: number, end: number) {
    super({ highWaterMark: lentSize });
    this.#file = file;
    this.#at = start;
    this.#end = end;
  }

  override _read(): void {
    this.#next().then(
      (bytes) => this.push(bytes),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    callbackify(async () => this.#file.close())((failure) => done(error ?? failure));
  }

  async #next(): Promise<Buffer | null> {
    const length = Math.min(lentSize, this.#end - this.#at);
    if (length <= 0) return null;
    const bytes = lend(length);
    const { bytesRead } = await this.#file.read(bytes, 0, length, this.#at);
    if (bytesRead === 0) giveBack(bytes);
    this.#at += bytesRead;
    return bytesRead === 0 ? null : bytes.subarray(0, bytesRead);
  }
}
