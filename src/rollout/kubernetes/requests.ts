import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing } from './api-failure.ts';
import { BackOff } from './back-off.ts';
import type { Call, Connection } from './connection.ts';

export type Patience = {
  /** milliseconds from asking for the first time, after which no further attempt begins */
  total: number;
  /** the first wait between two attempts, and the longest; milliseconds */
  pause: number;
  longestPause: number;
};

const defaultPatience: Patience = { total: 30_000, pause: 200, longestPause: 5_000 };

/**
 * Asks the API server, and again where that may help, within bounds. Writes too: each of ours is guarded by a resource
 * version or a UID, or says the same twice.
 */
export class Requests {
  readonly #connection: Connection;
  readonly #patience: Patience;

  constructor(connection: Connection, patience: Partial<Patience> = {}) {
    this.#connection = connection;
    this.#patience = { ...defaultPatience, ...patience };
  }

  /** @throws Failure; `unavailable` or `busy` where that does not pass; the reason of `signal` */
  async json(call: Call, signal?: AbortSignal): Promise<unknown> {
    const { total, pause, longestPause } = this.#patience;
    const backOff = new BackOff(pause, longestPause);
    const end = performance.now() + total;
    for (;;) {
      try {
        return await this.#connection.json(call, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!isPassing(error)) throw error;
        const wait = Math.max(backOff.next(), jittered(error.retryAfter));
        if (performance.now() + wait > end) throw error;
        await sleep(wait, undefined, signal && { signal });
      }
    }
  }
}

/** Those who were told the same time do not come back in the same moment. @returns milliseconds */
function jittered(retryAfter = 0): number {
  return retryAfter * 1000 * (1 + Math.random() / 4);
}
