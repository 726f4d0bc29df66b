import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { Failure } from '../errors.ts';
import { digestOfHex, type Digest } from '../oci/digest.ts';

/**
 * Passes on the bytes that were announced, or fails: never ends well with fewer, more or, where their digest is given, other
 * ones. The last chunk is held back until that is sure.
 */
export class Exactly extends Transform {
  readonly #name: string;
  readonly #length: number;
  readonly #digest: Digest | undefined;
  readonly #hash: Hash | undefined;
  #size = 0;
  #last: Buffer | undefined;

  /** @param name what messages call the bytes @param length in bytes */
  constructor(name: string, length: number, digest?: Digest) {
    super();
    this.#name = name;
    this.#length = length;
    this.#digest = digest;
    this.#hash = digest === undefined ? undefined : createHash('sha256');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length;
    this.#hash?.update(chunk);
    if (this.#last !== undefined) this.push(this.#last);
    this.#last = chunk;
    done(this.#size > this.#length ? this.#wrong(`it gave more than ${this.#length} bytes`) : null);
  }

  override _flush(done: TransformCallback): void {
    if (this.#size !== this.#length) {
      done(this.#wrong(`it ended after ${this.#size} of ${this.#length} bytes`));
      return;
    }
    const found = this.#hash === undefined ? undefined : digestOfHex(this.#hash.digest('hex'));
    if (found !== this.#digest) {
      done(this.#wrong(`its bytes have the digest ${found}, and should have ${this.#digest}`));
      return;
    }
    done(null, this.#last);
  }

  #wrong(how: string): Failure {
    return new Failure('corrupt', `The stored ${this.#name} is damaged: ${how}`);
  }
}
