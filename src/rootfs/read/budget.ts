import { Failure } from '../../errors.ts';
import type { Limits } from './limits.ts';

/** What the layers of one image may still unpack to, and what they have used up. */
export class Budget {
  readonly #limits: Limits;
  #bytes = 0;
  #entries = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /**
   * @param total bytes of this layer's tar so far, `added` included
   * @param compressed bytes that they were unpacked from
   * @throws Failure `too-large`
   */
  addBytes(added: number, total: number, compressed: number): void {
    const { bytes, ratio, ratioFrom } = this.#limits;
    this.#bytes += added;
    if (this.#bytes > bytes) throw tooLarge(`${bytes} bytes`);
    if (total > ratioFrom && total > ratio * compressed) throw tooLarge(`${ratio} times its own size`);
  }

  /** @throws Failure `too-large` */
  addEntry(): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries) throw tooLarge(`${this.#limits.entries} entries`);
  }
}

function tooLarge(bound: string): Failure {
  return new Failure('too-large', `it unpacks to more than ${bound}, which is the limit`);
}
