import { Breach } from './breach.ts';
import { editHeaders, rootHeader, type EntryOptions, type LayerEntry, type Owner } from './layer-entry.ts';
import { blockSize, paddingOf } from '../layer/tar-header.ts';

/** Who owns `home/vcap/` where neither the droplet nor an option says so. */
const vcap: Owner = { uid: 2000, gid: 2000, name: 'vcap' };

/** The layer's tar as it grows: `home/vcap/` first, then the entries, then two zero blocks. */
export class LayerOutput {
  readonly #maxBytes: number;
  readonly #options: EntryOptions;
  #pieces: Buffer[] = [];
  #entries = 0;
  #bytes = 0;

  constructor(maxBytes: number, options: EntryOptions) {
    this.#maxBytes = maxBytes;
    this.#options = options;
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Writes an entry's headers, editing its header block in place. The caller writes its body, padding included.
   * @param dropped hears the names of extended attributes that are left out
   * @throws Breach `total-bytes`, `pax-bytes`
   */
  entry(from: LayerEntry, dropped: (attribute: string) => void): void {
    if (this.#entries === 0 && from.entry.name.parts.length > 0) this.#writeRoot();
    const headers = [...editHeaders(from, this.#options, dropped), from.block];
    const { size } = from.entry;
    const length = headers.reduce((sum, bytes) => sum + bytes.length, 0);
    if (this.#bytes + length + size + paddingOf(size) > this.#maxBytes) {
      throw new Breach('total-bytes', `the layer grows over the bound of ${this.#maxBytes} bytes`);
    }
    this.#entries++;
    for (const bytes of headers) this.write(bytes);
  }

  /** Slices that lie one behind the other in memory become one piece: where no header grows, a chunk passes whole. */
  write(bytes: Buffer): void {
    this.#bytes += bytes.length;
    const last = this.#pieces.at(-1);
    if (
      last !== undefined &&
      last.buffer === bytes.buffer &&
      last.byteOffset + last.length === bytes.byteOffset
    ) {
      this.#pieces[this.#pieces.length - 1] = Buffer.from(
        last.buffer,
        last.byteOffset,
        last.length + bytes.length,
      );
    } else this.#pieces.push(bytes);
  }

  end(): void {
    if (this.#entries === 0) this.#writeRoot();
    this.write(Buffer.alloc(2 * blockSize));
  }

  /** What was written since the last time. */
  take(): Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #writeRoot(): void {
    const { owner } = this.#options;
    this.#entries++;
    this.write(rootHeader(owner === 'preserve' ? vcap : owner));
  }
}
