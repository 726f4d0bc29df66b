import { randomBytes, hash as hashOf } from 'node:crypto';
import { genSaltSync, parseOptions, verify } from '@node-rs/bcrypt';
import { LRUCache } from 'lru-cache';
import pLimit, { type LimitFunction } from 'p-limit';
import { Failure } from '../../errors.ts';
import type { Users } from './htpasswd.ts';

export type VerifierOptions = {
  /** For how long a right password is remembered. Default 10 minutes. */
  rightMs?: number;
  /** For how long a wrong one is, so that a client's retries cost nothing. Default 5 seconds. */
  wrongMs?: number;
  /** How many comparisons run at once, each on a thread of its own. Default 2. */
  concurrency?: number;
  /** How many may wait for their turn. Default 100. */
  queue?: number;
  compare?: (password: string, hash: string) => Promise<boolean>;
};

/** One set of users and what was learnt about them. A swap replaces it whole, with what is still being learnt. */
type Generation = {
  users: Users;
  decoy: string;
  right: LRUCache<string, true>;
  wrong: LRUCache<string, true>;
  running: Map<string, Promise<boolean>>;
};

/**
 * Checks passwords. There is no lockout: what bounds guessing is the price of bcrypt and the bound on comparisons.
 *
 * An unknown user costs one comparison at the highest cost among all users, as a wrong password does. What time still
 * tells: that a user has several lines, or a cost below the highest; that a password was right lately.
 */
export class Verifier {
  readonly #secret = randomBytes(32).toString('base64');
  readonly #options: Required<VerifierOptions>;
  readonly #limit: LimitFunction;
  #generation: Generation;

  constructor(users: Users = new Map(), options: VerifierOptions = {}) {
    this.#options = {
      rightMs: 600_000,
      wrongMs: 5_000,
      concurrency: 2,
      queue: 100,
      compare: verify,
      ...options,
    };
    this.#limit = pLimit(this.#options.concurrency);
    this.#generation = this.#begin(users);
  }

  /** Swaps the users. Nobody is let in from now on who is none of the new ones, however long ago they asked. */
  replace(users: Users): void {
    this.#generation = this.#begin(users);
  }

  /** Whether a password is known to be right, without a comparison. */
  knows(user: string, password: string): boolean {
    return this.#generation.right.get(this.#keyOf(user, password)) === true;
  }

  /** @throws Failure `busy` when too many comparisons wait */
  async verify(user: string, password: string): Promise<boolean> {
    const generation = this.#generation;
    const { right, wrong, running } = generation;
    const key = this.#keyOf(user, password);
    if (right.get(key) === true) return true;
    if (wrong.get(key) === true) return false;
    const known = await (running.get(key) ?? this.#start(key, user, password));
    return generation === this.#generation ? known : this.verify(user, password);
  }

  #begin(users: Users): Generation {
    const { rightMs, wrongMs } = this.#options;
    return {
      users,
      decoy: decoyFor(users),
      right: new LRUCache({ max: 10_000, ttl: rightMs }),
      // Of its own, so that a flood of guesses pushes no right password out.
      wrong: new LRUCache({ max: 1_000, ttl: wrongMs }),
      running: new Map(),
    };
  }

  async #start(key: string, user: string, password: string): Promise<boolean> {
    if (this.#limit.pendingCount >= this.#options.queue) {
      throw new Failure('busy', 'Too many passwords wait to be checked: try again in a moment', {
        retryAfter: 2,
      });
    }
    const { right, wrong, running, users, decoy } = this.#generation;
    const work = this.#limit(() => this.#compare(users.get(user), decoy, password));
    running.set(key, work);
    try {
      const known = await work;
      (known ? right : wrong).set(key, true);
      return known;
    } finally {
      running.delete(key);
    }
  }

  async #compare(hashes: readonly string[] | undefined, decoy: string, password: string): Promise<boolean> {
    for (const hash of hashes ?? [decoy]) {
      if (await this.#options.compare(password, hash)) return hashes !== undefined;
    }
    return false;
  }

  /**
   * What the caches know credentials by: the password itself is never kept, and without the secret no guess can be checked.
   * The length keeps user and password apart.
   */
  #keyOf(user: string, password: string): string {
    return hashOf('sha256', `${this.#secret}${user.length} ${user}${password}`, 'base64');
  }
}

/** A well-formed hash that no password is known for, as dear to compare as the dearest of `users`. */
function decoyFor(users: Users): string {
  const costs = [...users.values()].flat().map((hash) => parseOptions(hash).cost);
  return genSaltSync({ cost: costs.reduce((a, b) => Math.max(a, b), 4) }) + '.'.repeat(31);
}
