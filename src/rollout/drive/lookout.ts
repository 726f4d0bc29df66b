import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure, reasonOf } from '../../errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { Mirror } from '../kubernetes/mirror.ts';
import { stackResource, stacksPath, type StackResource } from '../stack/resource.ts';
import { noDefinition } from './read-stack.ts';

/** `away`: why nothing is heard of the cluster for the time being; the stacks are then as they were. */
export type Sight = { stacks: StackResource[]; away?: string };

type Options = {
  /** after the last look; milliseconds */
  lingersMs?: number;
  /** that a first look waits for the cluster; milliseconds */
  patienceMs?: number;
};

type Watch = { mirror: Mirror<StackResource>; first: Promise<void>; why: string | undefined };

const nothingYet: Sight = { stacks: [], away: 'The API server of Kubernetes has not answered yet' };

/**
 * All `Stack`s of a cluster, by name. From the first look until some time after the last one, and while somebody follows, the API
 * server is asked to tell of changes, once for all; without anybody it is left alone.
 */
export class Lookout {
  readonly #open: () => Promise<Api>;
  readonly #options: Required<Options>;
  readonly #followers = new Set<() => void>();
  #watch: Promise<Watch> | undefined;
  #unwanted: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param open gives the API, which stays the caller's */
  constructor(open: () => Promise<Api>, { lingersMs = 60_000, patienceMs = 3_000 }: Options = {}) {
    this.#open = open;
    this.#options = { lingersMs, patienceMs };
  }

  /** Never rejects: what is wrong with the cluster, or with the access to it, is in `away`. */
  async look(): Promise<Sight> {
    const { patienceMs } = this.#options;
    if (this.#isClosed) return { stacks: [], away: 'This facade is stopping' };
    clearTimeout(this.#unwanted);
    const watch = (this.#watch ??= this.#begin());
    const seen = watch.then(async (begun) => {
      await begun.first;
      return sightOf(begun);
    });
    return Promise.race([seen, sleep(patienceMs, nothingYet, { ref: false })])
      .catch((error: unknown) => {
        if (this.#watch === watch) this.#watch = undefined;
        return { stacks: [], away: reasonOf(error) };
      })
      .finally(() => this.#linger());
  }

  /**
   * Calls `onChange` when another look is worth while: soon after something has changed, or when nothing is heard any more.
   * @returns what ends it
   */
  follow(onChange: () => void): () => void {
    this.#followers.add(onChange);
    void this.look();
    return () => {
      this.#followers.delete(onChange);
      this.#linger();
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#unwanted);
    await this.#end();
  }

  #linger(): void {
    clearTimeout(this.#unwanted);
    if (!this.#isClosed && this.#followers.size === 0)
      this.#unwanted = setTimeout(() => void this.#end(), this.#options.lingersMs).unref();
  }

  async #end(): Promise<void> {
    const watch = this.#watch;
    this.#watch = undefined;
    await watch?.then(({ mirror }) => mirror.close()).catch(() => undefined);
  }

  async #begin(): Promise<Watch> {
    const { promise: first, resolve } = Promise.withResolvers<void>();
    const watch: Watch = {
      mirror: new Mirror(await this.#open(), stacksPath, (object) => stackResource.parse(object), {
        onChange: () => this.#tell(),
        onFailure: (failure) => {
          if (watch.why === undefined) this.#tell();
          watch.why = (isFailure(failure, 'not-found') ? noDefinition(failure) : failure).message;
          resolve();
        },
      }),
      first,
      why: undefined,
    };
    void watch.mirror.synced.then(resolve);
    return watch;
  }

  #tell(): void {
    for (const onChange of this.#followers) onChange();
  }
}

function sightOf(watch: Watch): Sight {
  const { mirror } = watch;
  if (mirror.staleSince === undefined) watch.why = undefined;
  const stacks = [...mirror.items()].toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return { stacks, ...(watch.why === undefined ? {} : { away: watch.why }) };
}
