import { createHash } from 'node:crypto';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Passes bytes on unchanged, counting and hashing them. The hashes exist once the stream has ended. */
export class Meter<Algorithm extends 'sha1' | 'sha256' = 'sha256'> extends Transform {
  #size = 0;
  readonly #hashes: Map<Algorithm, ReturnType<typeof createHash>>;

  constructor(...algorithms: Algorithm[]) {
    super({ highWaterMark: 1024 * 1024 });
    this.#hashes = new Map(algorithms.map((name) => [name, createHash(name)]));
  }

  /** bytes so far */
  get size(): number {
    return this.#size;
  }

  /** In lower-case hex. Asked for before the end, it is the hash of what has passed so far. */
  hex(algorithm: Algorithm): string {
    const hash = this.#hashes.get(algorithm);
    if (hash === undefined) throw new Error(`No ${algorithm} was asked for`);
    return hash.copy().digest('hex');
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#size += chunk.length;
    for (const hash of this.#hashes.values()) hash.update(chunk);
    done(null, chunk);
  }
}

/** Reads `body` to its end for its hashes alone. */
export async function measure<Algorithm extends 'sha1' | 'sha256'>(
  body: Readable,
  ...algorithms: Algorithm[]
): Promise<Meter<Algorithm>> {
  const meter = new Meter(...algorithms);
  meter.resume();
  await pipeline(body, meter);
  return meter;
}
