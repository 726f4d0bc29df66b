import { availableParallelism } from 'node:os';
import pLimit, { type LimitFunction } from 'p-limit';
import type { DropletRecord } from '../droplet/record.ts';
import { Failure } from '../errors.ts';
import { Converter, type ConverterLimits } from './converter.ts';
import type { ConverterStores, Job } from './job.ts';

export type PoolOptions = ConverterLimits & {
  /** child processes at the most */
  size: number;
  /** conversions that may wait for a child */
  maxQueued: number;
  /** A child with nothing to do for so long ends, and gives its memory back. */
  idleMs: number;
};

const poolDefaults: PoolOptions = {
  size: availableParallelism(),
  maxQueued: 10_000,
  idleMs: 10_000,
  timeoutMs: 15 * 60_000,
  maxMemory: 512 * 1024 * 1024,
};

/** Child processes that convert droplets, started when there is work and kept while there is more. */
export class ConverterPool {
  readonly #stores: ConverterStores;
  readonly #options: PoolOptions;
  readonly #limit: LimitFunction;
  readonly #idle: { converter: Converter; timer: NodeJS.Timeout }[] = [];
  readonly #busy = new Set<Converter>();
  #closed = false;

  constructor(stores: ConverterStores, options: Partial<PoolOptions> = {}) {
    this.#stores = stores;
    this.#options = { ...poolDefaults, ...options };
    this.#limit = pLimit(this.#options.size);
  }

  /**
   * Converts when a child is free, in order of arrival.
   * @throws Failure `busy` when too many wait already
   */
  async run(job: Job): Promise<DropletRecord> {
    if (this.#limit.pendingCount >= this.#options.maxQueued) {
      throw new Failure('busy', `Too many droplets wait for conversion (${this.#options.maxQueued})`, {
        retryAfter: 30,
      });
    }
    return this.#limit(() => this.#convert(job));
  }

  /** Ends all children. What they were at is lost, and done again when somebody asks. */
  close(): void {
    this.#closed = true;
    this.#limit.clearQueue();
    for (const { converter, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      converter.kill();
    }
    for (const converter of this.#busy) converter.kill();
  }

  async #convert(job: Job): Promise<DropletRecord> {
    if (this.#closed) throw new Failure('unavailable', 'dropstack is stopping: try again');
    const converter = this.#take();
    this.#busy.add(converter);
    try {
      return await converter.run(job);
    } finally {
      this.#busy.delete(converter);
      this.#giveBack(converter);
    }
  }

  #take(): Converter {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      clearTimeout(last.timer);
      if (last.converter.alive) return last.converter;
    }
    return new Converter(this.#stores, this.#options);
  }

  #giveBack(converter: Converter): void {
    if (this.#closed) converter.kill();
    if (this.#closed || !converter.alive) return;
    const timer = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((entry) => entry.converter === converter),
        1,
      );
      converter.kill();
    }, this.#options.idleMs);
    timer.unref();
    this.#idle.push({ converter, timer });
  }
}
