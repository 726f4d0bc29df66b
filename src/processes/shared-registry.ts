import { Registry } from 'prom-client';
import { added, type Figures } from './figures.ts';

/** Holds the metrics of one process, and tells Prometheus those of all: it never knows whom it asks. */
export class SharedRegistry extends Registry {
  readonly #all: () => Promise<Figures[]>;

  constructor(all: () => Promise<Figures[]>) {
    super();
    this.#all = all;
  }

  /** @throws what `all` throws, rather than tell of a part */
  override async metrics(): Promise<string> {
    return added(await this.#all()).metrics();
  }
}
