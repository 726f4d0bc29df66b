import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { Failure } from '../../errors.ts';

/**
 * All of an object in, all but its first bytes out: what a reader lacks whose copy gave no more. The last chunk is given out when
 * all bytes were found to have the hash that they must have.
 */
export class CheckedRest extends Transform {
  readonly #hash = createHash('sha256');
  readonly #key: string;
  readonly #sha256: string;
  #toSkip: number;
  #last: Buffer | undefined;

  /** @param toSkip bytes @param sha256 in hex */
  constructor(key: string, toSkip: number, sha256: string) {
    super();
    this.#key = key;
    this.#toSkip = toSkip;
    this.#sha256 = sha256;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#hash.update(chunk);
    const wanted = chunk.subarray(this.#toSkip);
    this.#toSkip -= chunk.length - wanted.length;
    if (wanted.length > 0) {
      if (this.#last !== undefined) this.push(this.#last);
      this.#last = wanted;
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    if (this.#hash.digest('hex') === this.#sha256) done(null, this.#last);
    else done(new Failure('corrupt', `The stored ${this.#key} has not the hash that it must have`));
  }
}
