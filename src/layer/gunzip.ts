import { Transform, type TransformCallback } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Smaller chunks cost more handing over between threads than the work that they hold. */
const chunkSize = 4 * 1024 * 1024;

/**
 * Unpacks gzip of one member or several (RFC 1952 §2.2), and reads to the very end: behind the last member there may be
 * zeros, as tapes and some tools leave them, and nothing else. zlib alone stops listening at the first zero.
 * Whoever takes a chunk may keep and change it. Fails with zlib's own errors, whose `code` starts with `Z_`.
 */
export class Gunzip extends Transform {
  readonly #inner = createGunzip({ chunkSize });
  /** What zlib gave and nobody took yet: a chunk or two. */
  readonly #ready: Buffer[] = [];
  #given = 0;
  #over = false;
  #wanted = false;
  /** What waits for zlib to have had its fill: it calls back, or it ends where it wants no more. */
  #next: (() => void) | undefined;
  /** What waits for the last chunk to be taken. */
  #finish: (() => void) | undefined;

  constructor() {
    super({ readableHighWaterMark: 2 * chunkSize, writableHighWaterMark: chunkSize });
    this.#inner.on('data', (chunk: Buffer) => {
      this.#ready.push(chunk);
      // Not at once: zlib is given its next work when this listener returns, and does it while the chunk is dealt with.
      process.nextTick(() => {
        this.#give();
      });
    });
    this.#inner.on('end', () => this.#next?.());
    this.#inner.on('error', (error) => this.destroy(error));
  }

  override _read(size: number): void {
    this.#wanted = true;
    this.#inner.resume();
    this.#give();
    super._read(size);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#over) {
      done(garbageIn(chunk));
      return;
    }
    this.#given += chunk.length;
    this.#next = () => {
      this.#next = undefined;
      const left = this.#given - this.#inner.bytesWritten;
      this.#over = left > 0;
      done(garbageIn(chunk.subarray(chunk.length - left)));
    };
    this.#inner.write(chunk, () => this.#next?.());
  }

  override _flush(done: TransformCallback): void {
    const finish = (): void => {
      this.#finish = done;
      this.#give();
    };
    if (this.#over) {
      finish();
      return;
    }
    this.#next = finish;
    this.#inner.end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner.destroy();
    done(error);
  }

  #give(): void {
    while (this.#wanted && this.#ready.length > 0) this.#wanted = this.push(this.#ready.shift());
    if (!this.#wanted) this.#inner.pause();
    if (this.#ready.length > 0) return;
    this.#finish?.();
    this.#finish = undefined;
  }
}

function garbageIn(bytes: Uint8Array): Error | null {
  if (bytes.every((byte) => byte === 0)) return null;
  return Object.assign(new Error('there is something else behind the end of the gzip data'), {
    code: 'Z_DATA_ERROR',
  });
}
