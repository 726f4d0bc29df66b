import { setTimeout as sleep } from 'node:timers/promises';
import { isPassing, UnexpectedAnswer } from './failure.ts';

/** Tries in a row that bring nothing, and all of one piece of work. */
const inARow = 4;
const inAll = 100;
/** What a registry asks for is waited for as far as a person would. */
const longestSeconds = 20;

/** How often something is tried again that broke, and how long is waited in between. */
export class Patience {
  #inARow = 0;
  #inAll = 0;

  /** Something was brought: breaks are counted anew. */
  renew(): void {
    this.#inARow = 0;
  }

  /** Waits until it may be tried again. @throws `error` itself, where that would not help or has not helped */
  async after(error: unknown): Promise<void> {
    this.#inARow += 1;
    this.#inAll += 1;
    if (!isPassing(error) || this.#inARow >= inARow || this.#inAll >= inAll) throw error;
    const asked = error instanceof UnexpectedAnswer ? error.retryAfter : undefined;
    await sleep(Math.min(asked ?? 2 ** (this.#inARow - 1) / 2, longestSeconds) * 1000);
  }
}
