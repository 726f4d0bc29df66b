import { Breach } from './breach.ts';
import { blockSize, isZeroBlock, paddingOf } from '../layer/tar-header.ts';

/** What follows a header, and where it goes. */
export type Body = {
  /** bytes, without the padding to whole blocks */
  size: number;
  /** whether body and padding go to the output */
  pass: boolean;
  /** Gets a copy of the whole body, once it is read. */
  keep?: (body: Buffer) => void;
};

/** Judges a header block, which lies at `offset` of the archive; it may change it, and let it pass. */
type OnHeader = (block: Buffer, offset: number) => Body;

/**
 * Cuts a tar that comes in chunks of any size into headers and bodies, and sees to it that it ends as it should. What it
 * calls, gives and throws depends on the bytes alone, never on how they were cut.
 */
export class TarScanner {
  readonly #maxBytes: number;
  readonly #onHeader: OnHeader;
  readonly #partial = Buffer.alloc(blockSize);
  #filled = 0;
  #kept: { bytes: Buffer; done: (body: Buffer) => void } | undefined;
  #body = { left: 0, padding: 0, pass: false };
  #zeroBlocks = 0;
  #bytesIn = 0;

  constructor(maxBytes: number, onHeader: OnHeader) {
    this.#maxBytes = maxBytes;
    this.#onHeader = onHeader;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  /**
   * Gives slices of `chunk` to `pass`, in order. The chunk is ours from now on: headers are edited within it.
   * @throws Breach `truncated`, `trailing`, `total-bytes`, and what the handlers throw
   */
  write(chunk: Buffer, pass: (slice: Buffer) => void): void {
    let at = 0;
    while (at < chunk.length) {
      const rest = chunk.subarray(at);
      const bytes = this.#next(rest, pass);
      at += bytes;
    }
  }

  /** @throws Breach `truncated` */
  end(): void {
    if (this.#zeroBlocks === 2) return;
    const inside = this.#body.left + this.#body.padding > 0;
    const where = inside ? 'within this entry' : 'before the two zero blocks that end an archive';
    throw new Breach('truncated', `the archive ends ${where}`, inside ? undefined : this.#bytesIn);
  }

  /** Takes some bytes from the start of `rest`, and says how many. */
  #next(rest: Buffer, pass: (slice: Buffer) => void): number {
    if (this.#zeroBlocks === 2) return this.#trailer(rest);
    if (this.#body.left + this.#body.padding > 0) return this.#continueBody(rest, pass);
    if (this.#filled === 0 && rest.length >= blockSize) {
      this.#bytesIn += blockSize;
      this.#block(rest.subarray(0, blockSize));
      return blockSize;
    }
    const bytes = rest.copy(this.#partial, this.#filled);
    this.#filled += bytes;
    this.#bytesIn += bytes;
    if (this.#filled === blockSize) {
      this.#filled = 0;
      this.#block(Buffer.from(this.#partial));
    }
    return bytes;
  }

  #block(block: Buffer): void {
    const offset = this.#bytesIn - blockSize;
    const zero = isZeroBlock(block);
    if (!zero && this.#zeroBlocks > 0) {
      throw new Breach('truncated', 'one zero block stands alone, where two end an archive', offset);
    }
    if (zero) this.#zeroBlocks++;
    const { size, pass, keep } = zero ? { size: 0, pass: false } : this.#onHeader(block, offset);
    const padding = paddingOf(size);
    if (this.#bytesIn + size + padding > this.#maxBytes) throw this.#tooLarge(zero ? offset : undefined);
    this.#body = { left: size, padding, pass };
    this.#kept = keep === undefined ? undefined : { bytes: Buffer.alloc(size), done: keep };
    if (size === 0) this.#finishBody();
  }

  #continueBody(rest: Buffer, pass: (slice: Buffer) => void): number {
    const { left, padding } = this.#body;
    const bytes = Math.min(rest.length, left + padding);
    const own = Math.min(bytes, left);
    if (this.#body.pass) pass(rest.subarray(0, bytes));
    if (this.#kept !== undefined && left > 0) {
      rest.copy(this.#kept.bytes, this.#kept.bytes.length - left, 0, own);
    }
    this.#body.left -= own;
    this.#body.padding -= bytes - own;
    this.#bytesIn += bytes;
    if (this.#body.left === 0) this.#finishBody();
    return bytes;
  }

  #finishBody(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    kept?.done(kept.bytes);
  }

  /** After the end only zeros may come: readers differ on whether they read on. */
  #trailer(rest: Buffer): number {
    const allowed = rest.subarray(0, this.#maxBytes - this.#bytesIn);
    const found = allowed.findIndex((byte) => byte !== 0);
    if (found !== -1) {
      throw new Breach(
        'trailing',
        'bytes follow the end of the archive, or a second archive',
        this.#bytesIn + found,
      );
    }
    this.#bytesIn += allowed.length;
    if (allowed.length < rest.length) throw this.#tooLarge(this.#bytesIn);
    return rest.length;
  }

  #tooLarge(offset: number | undefined): Breach {
    return new Breach('total-bytes', `the archive goes over the bound of ${this.#maxBytes} bytes`, offset);
  }
}
