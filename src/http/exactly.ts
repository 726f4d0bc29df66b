import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { Failure } from '../errors.ts';
import { digestOfHex, sha256, type Digest } from '../oci/digest.ts';

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
    done(this.#size > this.#length ? wrongSize(this.#name, this.#length, this.#size) : null);
  }

  override _flush(done: TransformCallback): void {
    if (this.#size !== this.#length) {
      done(wrongSize(this.#name, this.#length, this.#size));
      return;
    }
    const found = this.#hash === undefined ? undefined : digestOfHex(this.#hash.digest('hex'));
    if (found !== this.#digest) {
      done(wrongDigest(this.#name, this.#digest, found));
      return;
    }
    done(null, this.#last);
  }
}

/** The same for bytes that are at hand. @throws Failure `corrupt` */
export function requireExactly(
  name: string,
  length: number,
  digest: Digest | undefined,
  bytes: Buffer,
): void {
  if (bytes.length !== length) throw wrongSize(name, length, bytes.length);
  const found = digest && sha256(bytes);
  if (found !== digest) throw wrongDigest(name, digest, found);
}

function wrongSize(name: string, length: number, size: number): Failure {
  const how =
    size > length ? `it gave more than ${length} bytes` : `it ended after ${size} of ${length} bytes`;
  return damaged(name, how);
}

function wrongDigest(name: string, digest: Digest | undefined, found: Digest | undefined): Failure {
  return damaged(name, `its bytes have the digest ${found}, and should have ${digest}`);
}

function damaged(name: string, how: string): Failure {
  return new Failure('corrupt', `The stored ${name} is damaged: ${how}`);
}
