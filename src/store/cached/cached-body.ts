import { Readable } from 'node:stream';
import { blockSize } from './block-sums.ts';
import { brokenRead } from './broken-read.ts';
import type { Copy } from './copy.ts';
import type { Counters } from './counters.ts';

export type BodySource = {
  key: string;
  /** The bytes that are given: from `start` to `end`, exclusive. */
  start: number;
  end: number;
  /** The copy to read from, and how to say once that it is needed no more. */
  copy?: { copy: Copy; release: () => void; onDamage: () => void };
  /** Exactly these bytes, opened already. */
  rest?: Readable;
  /** Opens what comes from the remote store, from a position on to `end`. */
  openRest: (start: number) => Promise<Readable>;
  counters: Counters;
};

/**
 * The bytes of an object from its copy, and from the remote store where the copy gives no more: the reader notices
 * nothing. Ends cleanly after exactly the bytes that were asked for, or fails. Holds one block.
 */
export class CachedBody extends Readable {
  readonly #source: BodySource;
  #copy: BodySource['copy'] | undefined;
  #rest: { body: Readable; chunks: AsyncIterator<Buffer> } | undefined;
  #at: number;

  constructor(source: BodySource) {
    super({ highWaterMark: blockSize });
    this.#source = source;
    this.#copy = source.copy;
    this.#at = source.start;
    if (source.rest !== undefined) this.#readOn(source.rest);
  }

  override _read(): void {
    this.#next().then(
      (bytes) => this.push(bytes),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#release();
    this.#rest?.body.destroy();
    done(error);
  }

  async #next(): Promise<Buffer | null> {
    const { end, counters } = this.#source;
    if (this.#at >= end) return this.#rest === undefined ? null : this.#fromRest();
    const bytes = await this.#fromCopy();
    if (bytes === undefined) return this.#fromRest();
    this.#at += bytes.length;
    counters.bytesFromCache += bytes.length;
    return bytes;
  }

  /** Undefined where there is no copy, or no more of it. */
  async #fromCopy(): Promise<Buffer | undefined> {
    if (this.#copy === undefined) return undefined;
    const bytes = await this.#copy.copy.read(this.#at, this.#source.end);
    if (bytes instanceof Buffer) return bytes;
    if (bytes === 'damaged') this.#copy?.onDamage();
    this.#release();
    return undefined;
  }

  /** Reads to the end of what the store gives, so that too many bytes are noticed as well as too few. */
  async #fromRest(): Promise<Buffer | null> {
    const { key, end, counters } = this.#source;
    try {
      const { chunks } = this.#rest ?? this.#readOn(await this.#source.openRest(this.#at));
      const { value, done } = await chunks.next();
      if (done === true && this.#at === end) return null;
      if (done === true || this.#at + value.length > end) throw new Error('it gave another number of bytes');
      this.#at += value.length;
      counters.bytesFromRemote += value.length;
      return value;
    } catch (error) {
      throw brokenRead(key, error);
    }
  }

  #readOn(body: Readable): { body: Readable; chunks: AsyncIterator<Buffer> } {
    // The iterator listens from its first read on only, and finds then what went wrong before.
    body.on('error', () => undefined);
    if (this.destroyed) body.destroy();
    this.#rest = { body, chunks: body[Symbol.asyncIterator]() };
    return this.#rest;
  }

  #release(): void {
    this.#copy?.release();
    this.#copy = undefined;
  }
}
