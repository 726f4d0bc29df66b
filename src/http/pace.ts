/** A rate that a peer must keep on average over each window. */
export type MinimumRate = { bytesPerSecond: number; windowMs: number };

/** Watches whether a peer keeps a minimum rate for as long as it is the peer's turn: our own delays never count. */
export class Pace {
  readonly #rate: MinimumRate;
  #since: number;
  #bytes: number;
  #asked: number;

  /** @param now milliseconds of any steady clock @param bytes what the peer has moved so far, of any steady counter */
  constructor(rate: MinimumRate, now: number, bytes: number) {
    this.#rate = rate;
    this.#since = now;
    this.#bytes = bytes;
    this.#asked = now;
  }

  /**
   * True after a whole window, all of it the peer's turn, in which too few bytes moved. To be asked many times a window:
   * where half of one went by since the last time, this process itself stood still.
   */
  tooSlow(now: number, bytes: number, peersTurn: boolean): boolean {
    const counts = peersTurn && now - this.#asked <= this.#rate.windowMs / 2;
    this.#asked = now;
    const elapsed = now - this.#since;
    if (counts && elapsed < this.#rate.windowMs) return false;
    const moved = bytes - this.#bytes;
    this.#since = now;
    this.#bytes = bytes;
    return counts && moved * 1000 < this.#rate.bytesPerSecond * elapsed;
  }
}
