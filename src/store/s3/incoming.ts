import type { Readable } from 'node:stream';
import { Failure } from '../../errors.ts';

/** All of a body, or more than was asked for at first, and the rest behind it. */
export type Begun = { whole: Buffer } | { pieces: AsyncIterable<Uint8Array> };

/** A body on its way to a store: counted, and its own failure kept apart from those of the store. */
export class Incoming {
  /** bytes so far */
  size = 0;
  failure: { reason: unknown } | undefined;
  readonly #body: AsyncIterator<Uint8Array, unknown>;
  readonly #maxSize: number;

  constructor(body: Readable, maxSize: number) {
    this.#body = body[Symbol.asyncIterator]();
    this.#maxSize = maxSize;
  }

  /** Reads until the body has ended or brought more than `limit` bytes. */
  async begin(limit: number): Promise<Begun> {
    const first: Uint8Array[] = [];
    while (this.size <= limit) {
      const piece = await this.#next();
      if (piece === undefined) return { whole: Buffer.concat(first) };
      first.push(piece);
    }
    return { pieces: this.#all(first) };
  }

  async *#all(first: Uint8Array[]): AsyncIterable<Uint8Array> {
    for (let piece = first.shift(); piece !== undefined; piece = first.shift()) yield piece;
    for (let piece = await this.#next(); piece !== undefined; piece = await this.#next()) yield piece;
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const next = await this.#body.next();
      if (next.done === true) return undefined;
      this.size += next.value.length;
      if (this.size > this.#maxSize) {
        throw new Failure('too-large', `The store takes no object of more than ${this.#maxSize} bytes`);
      }
      return next.value;
    } catch (reason) {
      this.failure = { reason };
      throw reason;
    }
  }
}
