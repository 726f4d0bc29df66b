import { availableParallelism } from 'node:os';
import type { DropletRecord } from '../droplet/record.ts';
import { DropletRefused } from '../droplet/refusal.ts';
import { Failure } from '../errors.ts';
import { newStoreCounters } from '../store/counters.ts';
import { Converter, type ConverterLimits } from './converter.ts';
import { jobId, type ConverterStores, type Job, type Moved } from './job.ts';
import { Line } from './line.ts';
import type { Asker, Bounds, Urgency } from './queue.ts';

export type PoolOptions = ConverterLimits & {
  /** child processes at the most */
  size: number;
  /** conversions that may wait for a child */
  waiting: Bounds;
  /** milliseconds for which one that finds no room to wait is held all the same */
  roomMs: number;
  /** A child with nothing to do for so long ends, and gives its memory back. */
  idleMs: number;
};

const poolDefaults: PoolOptions = {
  size: availableParallelism(),
  waiting: { total: 10_000, perClient: 5_000 },
  roomMs: 10_000,
  idleMs: 10_000,
  timeoutMs: 15 * 60_000,
  maxMemory: 512 * 1024 * 1024,
};

/** How a conversion may end. `found`: another process had written a record meanwhile, which stands. */
export const outcomes = ['converted', 'found', 'refused', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** A conversion that has ended. */
export type Ended = {
  outcome: Outcome;
  /** since a child was free for it */
  seconds: number;
  /** seconds until then */
  waited: number;
  /** that a refused droplet breaks */
  rule?: string | undefined;
};

type Watcher = (ended: Ended) => void;

/** Child processes that convert droplets, started when there is work and kept while there is more. */
export class ConverterPool {
  readonly #stores: ConverterStores;
  readonly #options: PoolOptions;
  readonly #moved: Moved;
  readonly #watchers: Watcher[] = [];
  readonly #line: Line;
  readonly #idle: { converter: Converter; timer: NodeJS.Timeout }[] = [];
  readonly #busy = new Set<Converter>();
  #closed = false;

  /** @param moved what the children read and write is added to it; of one that is killed, nothing is known */
  constructor(
    stores: ConverterStores,
    options: Partial<PoolOptions> = {},
    moved: Moved = { own: newStoreCounters(), sources: newStoreCounters() },
  ) {
    this.#moved = moved;
    this.#stores = stores;
    this.#options = { ...poolDefaults, ...options };
    this.#line = new Line(this.#options);
  }

  /**
   * Converts when a child is free and it is the job's turn. Nobody runs the same job at the same time.
   * @param askers all who want it so far
   * @throws Failure `busy` when too many wait already
   */
  async run(job: Job, askers: Iterable<Asker>): Promise<DropletRecord> {
    const asked = performance.now();
    await this.#line.enter(jobId(job), askers);
    try {
      return await this.#convert(job, asked);
    } finally {
      this.#line.leave();
    }
  }

  /** Somebody else wants a job that may wait here: its turn may come sooner. */
  join(id: string, asker: Asker): void {
    this.#line.join(id, asker);
  }

  /** in the queue for a child */
  get waiting(): Record<Urgency, number> {
    return this.#line.waiting;
  }

  /** Tells `watcher` of each conversion that has ended. */
  watch(watcher: Watcher): void {
    this.#watchers.push(watcher);
  }

  /** Ends all children. What they were at is lost, and done again when somebody asks. */
  close(): void {
    this.#closed = true;
    this.#line.close(stopping());
    for (const { converter, timer } of this.#idle.splice(0)) {
      clearTimeout(timer);
      converter.kill();
    }
    for (const converter of this.#busy) converter.kill();
  }

  /** @param asked when the job was wanted */
  async #convert(job: Job, asked: number): Promise<DropletRecord> {
    if (this.#closed) throw stopping();
    const converter = this.#take();
    this.#busy.add(converter);
    const start = performance.now();
    let outcome: Outcome = 'failed';
    let rule: string | undefined;
    try {
      const { record, found } = await converter.run(job);
      outcome = found ? 'found' : 'converted';
      return record;
    } catch (error) {
      if (error instanceof DropletRefused) [outcome, rule] = ['refused', error.refusal.rule];
      throw error;
    } finally {
      const [seconds, waited] = [(performance.now() - start) / 1000, (start - asked) / 1000];
      for (const watcher of this.#watchers) watcher({ outcome, seconds, waited, rule });
      this.#busy.delete(converter);
      this.#giveBack(converter);
    }
  }

  #take(): Converter {
    for (let last = this.#idle.pop(); last !== undefined; last = this.#idle.pop()) {
      clearTimeout(last.timer);
      if (last.converter.alive) return last.converter;
    }
    return new Converter(this.#stores, this.#options, this.#moved);
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

function stopping(): Failure {
  return new Failure('unavailable', 'dropstack is stopping: try again');
}
