import { createHash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';
import { LayerRewriter, type RewriteSummary } from '../droplet/rewrite.ts';
import { checkRatio, type Limits } from '../droplet/rules.ts';
import type { LayerSettings } from '../layer/settings.ts';
import { digestOfHex, type Digest } from '../oci/digest.ts';

/** Who runs apps in every Cloud Foundry rootfs. */
const vcap = { uid: 2000, gid: 2000, name: 'vcap' };

/** More pieces of a chunk than this are joined: each costs every step after this one, and joining costs a copy. */
const fewPieces = 4;

/** The tar of a droplet in, the tar of its layer out, hashed in passing. The chunks that come in are edited in place. */
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
    this.#do(done, () => {
      this.#bytesIn += chunk.length;
      checkRatio(this.#limits, this.#compressedSoFar(), this.#bytesIn);
      return this.#rewriter.write(chunk);
    });
  }

  override _flush(done: TransformCallback): void {
    this.#do(done, () => this.#rewriter.end());
  }

  #do(done: TransformCallback, work: () => Buffer[]): void {
    try {
      const pieces = work();
      for (const piece of pieces.length > fewPieces ? [Buffer.concat(pieces)] : pieces) {
        this.#hash.update(piece);
        this.push(piece);
      }
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    done();
  }
}
