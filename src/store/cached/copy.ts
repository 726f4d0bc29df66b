import { open, type FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { hasCode } from '../directory-reader.ts';
import { lend } from '../lent.ts';
import type { ObjectInfo } from '../store.ts';
import { BlockSums, blockSize } from './block-sums.ts';
import { decodeTrailer, encodeTrailer, footerLength, trailerLength } from './trailer.ts';

/**
 * The file of one object while somebody uses it, whole or growing under its fill, with one descriptor for all its readers.
 * Each full block is checked at each read. A copy that is lost gives nothing more; one that has failed fails its readers.
 */
export class Copy {
  readonly info: ObjectInfo;
  readonly #file: FileHandle;
  readonly #sums: readonly number[];
  /** while it grows */
  #growing: BlockSums | undefined;
  #filled: number;
  #growth = Promise.withResolvers<void>();
  #lost = false;
  #failure: unknown;
  #closed = false;

  /** An empty file at `path`, to be filled. @throws the system's errors */
  static async create(path: string, info: ObjectInfo): Promise<Copy> {
    return new Copy(info, await open(path, 'wx+', 0o640), new BlockSums());
  }

  /** The whole file at `path`, undefined where there is none, `damaged` where it is not what was written. */
  static async open(path: string, key: string): Promise<Copy | 'damaged' | undefined> {
    const file = await open(path).catch((error: unknown) => {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    const trailer = await readTrailer(file).catch(() => undefined);
    if (trailer?.info.key === key) return new Copy(trailer.info, file, trailer.sums);
    await file.close();
    return 'damaged';
  }

  private constructor(info: ObjectInfo, file: FileHandle, sums: BlockSums | readonly number[]) {
    this.info = info;
    this.#file = file;
    this.#growing = sums instanceof BlockSums ? sums : undefined;
    this.#sums = sums instanceof BlockSums ? sums.sums : sums;
    this.#filled = this.#growing === undefined ? info.size : 0;
  }

  /** bytes that are there */
  get filled(): number {
    return this.#filled;
  }

  /**
   * Some bytes from `at` on, at most to `end` (exclusive) and at most a block; waits for them while the file grows.
   * `lost` and `damaged` say that they are to be had from the store only.
   * @throws what the fill failed with
   */
  async read(at: number, end: number): Promise<Buffer | 'lost' | 'damaged'> {
    while (this.#grows && this.#filled <= at) await this.#growth.promise;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#lost) return 'lost';
    const index = Math.floor(at / blockSize);
    const [from, sum] = [index * blockSize, this.#sums[index]];
    // A block that is not full yet was written by this process, just now.
    if (sum === undefined) return this.#read(at, Math.min(end, this.#filled, from + blockSize));
    const block = await this.#read(from, Math.min(from + blockSize, this.info.size));
    if (!(block instanceof Buffer)) return block;
    return crc32(block) === sum ? block.subarray(at - from, end - from) : this.#miss();
  }

  /** Adds bytes at the end. @throws the system's errors */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#write(bytes, this.#filled);
    this.#growing?.add(bytes);
    this.#filled += bytes.length;
    this.#wake();
  }

  /** Adds the trailer: from here on the file is whole. @throws the system's errors */
  async finish(): Promise<void> {
    this.#growing?.end();
    await this.#write(encodeTrailer({ info: this.info, sums: this.#sums }), this.info.size);
    this.#growing = undefined;
    this.#wake();
  }

  /** Gives up the file, and its place on the disk at once; the readers go elsewhere. */
  async lose(): Promise<void> {
    this.#lost = true;
    this.#wake();
    await this.#file.truncate(0).catch(() => undefined);
  }

  /** Ends all readers with `failure`. */
  fail(failure: unknown): void {
    this.#failure = failure;
    this.#wake();
  }

  /** Says on the disk that it was used, so that a later process knows; at most once a minute. */
  async touch(): Promise<void> {
    const now = new Date();
    const { mtime } = await this.#file.stat();
    if (now.getTime() - mtime.getTime() > 60_000) await this.#file.utimes(now, now);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#file.close();
  }

  get #grows(): boolean {
    return this.#growing !== undefined && !this.#lost && this.#failure === undefined;
  }

  #wake(): void {
    this.#growth.resolve();
    this.#growth = Promise.withResolvers();
  }

  async #read(from: number, end: number): Promise<Buffer | 'lost' | 'damaged'> {
    const bytes = await readFully(this.#file, from, end - from).catch(() => undefined);
    return bytes ?? this.#miss();
  }

  /** A read that fails because the file is given up meanwhile says nothing of the file. */
  #miss(): 'lost' | 'damaged' {
    return this.#lost || this.#closed ? 'lost' : 'damaged';
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      done += (await this.#file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
  }
}

async function readTrailer(file: FileHandle): Promise<ReturnType<typeof decodeTrailer>> {
  const { size } = await file.stat();
  if (size < footerLength) return undefined;
  const footer = await readFully(file, size - footerLength, footerLength);
  const length = footer === undefined ? undefined : trailerLength(footer);
  if (length === undefined || length > size) return undefined;
  const bytes = await readFully(file, size - length, length);
  const trailer = bytes === undefined ? undefined : decodeTrailer(bytes);
  return trailer?.info.size === size - length ? trailer : undefined;
}

/** Undefined where the file ends before. */
async function readFully(file: FileHandle, from: number, length: number): Promise<Buffer | undefined> {
  const bytes = lend(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, from + done);
    if (bytesRead === 0) return undefined;
    done += bytesRead;
  }
  return bytes;
}
