import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { LayerRewriter, type RewriteSummary } from '../droplet/rewrite.ts';
import { checkRatio, type Limits } from '../droplet/rules.ts';
import type { LayerSettings } from '../layer/settings.ts';
import { digestOfHex, type Digest } from '../oci/digest.ts';

/** Who runs apps in every Cloud Foundry rootfs. */
const vcap = { uid: 2000, gid: 2000, name: 'vcap' };

/** The tar of a droplet in, the tar of its layer out, hashed in passing. */
export class RewriteStream extends Transform {
  readonly #rewriter: LayerRewriter;
  readonly #hash = createHash('sha256');
  readonly #limits: Limits;
  readonly #compressedSoFar: () => number;
  #bytesIn = 0;

  constructor(settings: LayerSettings, limits: Limits, compressedSoFar: () => number) {
    super({ readableHighWaterMark: 1024 * 1024, writableHighWaterMark: 1024 * 1024 });
    const owner = settings.owner === 'preserve' ? 'preserve' : vcap;
    this.#rewriter = new LayerRewriter({ limits, owner, special: settings.special });
    this.#limits = limits;
    this.#compressedSoFar = compressedSoFar;
  }

  /** Of the uncompressed layer, once the stream has ended. */
  get diffId(): Digest {
    return digestOfHex(this.#hash.copy().digest('hex'));
  }

  get summary(): RewriteSummary {
    return this.#rewriter.summary;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#bytesIn += chunk.length;
      checkRatio(this.#limits, this.#compressedSoFar(), this.#bytesIn);
      this.#give(this.#rewriter.write(chunk));
    } catch (error) {
      done(asError(error));
      return;
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    try {
      this.#give(this.#rewriter.end());
    } catch (error) {
      done(asError(error));
      return;
    }
    done();
  }

  /** One buffer a chunk: thousands of small ones would cost the compressor more than the copy. */
  #give(pieces: Buffer[]): void {
    const bytes = Buffer.concat(pieces);
    if (bytes.length === 0) return;
    this.#hash.update(bytes);
    this.push(bytes);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
