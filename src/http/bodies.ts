import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { FairQueue } from '../convert/queue.ts';
import { Failure } from '../errors.ts';
import { Shares } from './shares.ts';

/** What is sent and what is received; `answers` are those to questions of operators. */
export type Traffic = { downloads: Bodies; uploads: Bodies; answers: Bodies };

export type BodiesOptions = {
  /** that may be under way at once */
  total: number;
  /** of them, of one client */
  perClient: number;
  /** milliseconds for which one more waits */
  holdMs: number;
  /** what they are, to who has waited in vain */
  what: string;
};

/**
 * Bounds the bodies that are under way, each of which holds a file and buffers. One more waits until another is through,
 * clients in turn. Those who wait are bounded by the connections.
 */
export class Bodies {
  readonly #options: BodiesOptions;
  readonly #shares: Shares;
  readonly #waiting = new FairQueue<() => void>({ total: Infinity, perClient: Infinity });
  #underWay = 0;

  constructor(options: BodiesOptions) {
    this.#options = options;
    this.#shares = new Shares(options.perClient);
  }

  /**
   * Resolves when the body that belongs to this answer may begin. It is over when the answer is, or its client has gone.
   * @throws Failure `busy` when that took too long
   */
  async begin(client: string, response: ServerResponse): Promise<void> {
    if (response.closed) return;
    if (this.#underWay >= this.#options.total || this.#shares.isFull(client))
      await this.#wait(client, response);
    else this.#start(client);
    const over = (): void => this.#end(client);
    if (response.closed) over();
    else response.once('close', over);
  }

  async #wait(client: string, response: ServerResponse): Promise<void> {
    const key = randomUUID();
    const turn = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.#waiting.remove(key);
      turn.reject(tooMany(this.#options.what));
    };
    const timer = setTimeout(giveUp, this.#options.holdMs);
    response.once('close', giveUp);
    this.#waiting.add(key, turn.resolve, { urgency: 'pull', client });
    try {
      await turn.promise;
    } finally {
      clearTimeout(timer);
      response.off('close', giveUp);
    }
  }

  #start(client: string): void {
    this.#underWay++;
    this.#shares.take(client);
  }

  #end(client: string): void {
    this.#underWay--;
    this.#shares.giveBack(client);
    while (this.#underWay < this.#options.total) {
      const next = this.#waiting.take((name) => !this.#shares.isFull(name));
      if (next === undefined) return;
      this.#start(next.client);
      next.item();
    }
  }
}

/** 429 and not 503, which clients try once more at most. */
function tooMany(what: string): Failure {
  return new Failure('busy', `Too many ${what} are being sent: try again in a moment`, {
    retryAfter: 5,
  });
}
