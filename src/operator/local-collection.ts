import { collect, type CollectParts } from '../collect/collect.ts';
import type { CollectionReport } from '../collect/report.ts';
import { Failure } from '../errors.ts';
import type { CollectionOperator, CollectionOptions } from './operator.ts';

/** Collects on the stores themselves, once at a time in this process: two at once are right, and cost twice. */
export class LocalCollection implements CollectionOperator {
  readonly #parts: CollectParts;
  #isRunning = false;

  constructor(parts: CollectParts) {
    this.#parts = parts;
  }

  async run(options: CollectionOptions): Promise<CollectionReport> {
    if (this.#isRunning) throw new Failure('conflict', 'A collection runs already: wait for its end');
    this.#isRunning = true;
    try {
      return await collect(this.#parts, options);
    } finally {
      this.#isRunning = false;
    }
  }
}
