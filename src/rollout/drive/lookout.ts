import { setTimeout as sleep } from 'node:timers/promises';
import { isFailure, reasonOf } from '../../errors.ts';
import type { Api } from '../kubernetes/api.ts';
import { Mirror } from '../kubernetes/mirror.ts';
import { stacksPath, type StackResource } from '../stack/resource.ts';
import { noDefinition } from './read-stack.ts';
import type { Unreadable } from './roll-driver.ts';
import { sightOf, stackIn, type Sight } from './sight.ts';

type Options = {
  /** after the last look; milliseconds */
  lingersMs?: number;
  /** that a first look waits for the cluster; milliseconds */
  patienceMs?: number;
  /** before the access to the cluster is tried again, while somebody follows; milliseconds */
  pauseMs?: number;
};

type Watch = { mirror: Mirror<StackResource | Unreadable>; first: Promise<void>; why: string | undefined };

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
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param open gives the API, which stays the caller's */
  constructor(
    open: () => Promise<Api>,
    { lingersMs = 60_000, patienceMs = 3_000, pauseMs = 10_000 }: Options = {},
  ) {
    this.#open = open;
    this.#options = { lingersMs, patienceMs, pauseMs };
  }

  /** Never rejects: what is wrong with the cluster, or with the access to it, is in `away`. */
  async look(): Promise<Sight> {
    const { patienceMs } = this.#options;
    if (this.#isClosed) return { stacks: [], away: 'This facade is stopping' };
    clearTimeout(this.#unwanted);
    const watch = (this.#watch ??= this.#begin());
    const seen = watch.then(async (begun) => {
      await begun.first;
      return sightOf(begun.mirror.items(), begun.why);
    });
    return Promise.race([seen, sleep(patienceMs, nothingYet, { ref: false })])
      .catch((error: unknown) => ({ stacks: [], away: reasonOf(error) }))
      .finally(() => this.#linger());
  }

  /**
   * Calls `onChange` when another look is worth while: soon after something has changed, when nothing is heard any more, or again.
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
    clearTimeout(this.#again);
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

  #begin(): Promise<Watch> {
    const watch = this.#open().then((api) => this.#watchWith(api));
    watch.catch(() => {
      if (this.#watch === watch) this.#watch = undefined;
      clearTimeout(this.#again);
      if (!this.#isClosed && this.#followers.size > 0)
        this.#again = setTimeout(() => void this.look(), this.#options.pauseMs).unref();
    });
    return watch;
  }

  #watchWith(api: Api): Watch {
    const { promise: first, resolve } = Promise.withResolvers<void>();
    const watch: Watch = {
      mirror: new Mirror(api, stacksPath, stackIn, {
        onChange: () => this.#tell(),
        onOpen: () => {
          if (watch.why === undefined) return;
          watch.why = undefined;
          this.#tell();
        },
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
