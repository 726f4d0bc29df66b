import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { Failure, isFailure, reasonOf } from '../../errors.ts';
import type { Api, Read } from './api.ts';
import { BackOff } from './back-off.ts';
import { SharedStrings } from './shared-strings.ts';
import type { WatchEvent } from './watch-event.ts';

/** Hears of each item as it comes and goes; one that changes goes, and comes as another. */
export type Follower<T> = { added: (item: T) => void; removed: (item: T) => void };

export type MirrorOptions<T = unknown> = {
  follower?: Follower<T>;
  /** Called soon after items have changed, once for many changes. */
  onChange?: () => void;
  /** Called each time that the API server has agreed to tell of changes. */
  onOpen?: () => void;
  /** Called with why the mirror hears nothing, at each attempt; and with what `read` throws of one object. */
  onFailure?: (failure: Failure) => void;
  /** objects a page */
  limit?: number;
  /** between two attempts while the API server is away; milliseconds */
  pause?: number;
  longestPause?: number;
};

/** Changes within so many milliseconds are told at once. */
const together = 20;
/** A watch that lasted so long was a good one, though nothing happened. */
const goodWatch = 10_000;

/**
 * What `read` makes of all objects of one path, kept as they change. It goes on for as long as it takes when the API
 * server is away, resumes where it was, and lists anew only where that is too long ago. Until then the last known items
 * stay; a new list replaces them in one step.
 */
export class Mirror<T> {
  /** Resolves when everything was listed once. */
  readonly synced: Promise<void>;
  readonly #api: Api;
  readonly #path: string;
  readonly #read: Read<T>;
  readonly #options: MirrorOptions<T>;
  readonly #strings = new SharedStrings();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #listed = Promise.withResolvers<void>();
  #items = new Map<string, T>();
  /** the last state that was told; undefined where only a list can tell more */
  #version: string | undefined;
  #staleSince: number | undefined = Date.now();
  #telling: NodeJS.Timeout | undefined;

  constructor(api: Api, path: string, read: Read<T>, options: MirrorOptions<T> = {}) {
    this.#api = api;
    this.#path = path;
    this.#read = read;
    this.#options = options;
    this.synced = this.#listed.promise;
    this.#running = this.#run();
  }

  items(): IterableIterator<T> {
    return this.#items.values();
  }

  get(uid: string): T | undefined {
    return this.#items.get(uid);
  }

  get size(): number {
    return this.#items.size;
  }

  /** Since when it hears nothing, in milliseconds since the epoch; undefined while it is told of each change. */
  get staleSince(): number | undefined {
    return this.#staleSince;
  }

  /** Ends it; items stay as they are. */
  async close(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#telling);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { pause = 200, longestPause = 10_000 } = this.#options;
    const { signal } = this.#stop;
    const backOff = new BackOff(pause, longestPause);
    for (;;) {
      let asked = 0;
      try {
        this.#version ??= await this.#list();
        await this.#follow(this.#version, () => backOff.reset());
      } catch (error) {
        if (signal.aborted) return;
        if (!isFailure(error, 'unavailable', 'busy')) this.#version = undefined;
        if (isFailure(error)) asked = (error.retryAfter ?? 0) * 1000;
        this.#fail(error);
      }
      this.#staleSince ??= Date.now();
      await sleep(Math.max(backOff.next(), asked), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
    }
  }

  /** @returns the version of the list */
  async #list(): Promise<string> {
    const { limit } = this.#options;
    const read = (object: unknown): [string, T] | undefined => {
      const { uid } = metadataOf(object);
      const item = this.#project(object);
      // What has not changed is not kept twice while the list is read.
      const known = this.#items.get(uid);
      return item === undefined ? undefined : [uid, isDeepStrictEqual(known, item) ? (known ?? item) : item];
    };
    const options = { signal: this.#stop.signal, ...(limit === undefined ? {} : { limit }) };
    const { items, resourceVersion } = await this.#api.list(this.#path, read, options);
    const before = this.#items;
    this.#items = new Map(items);
    for (const [uid, item] of before)
      if (this.#items.get(uid) !== item) this.#options.follower?.removed(item);
    for (const [uid, item] of this.#items) if (before.get(uid) !== item) this.#options.follower?.added(item);
    this.#changed();
    this.#listed.resolve();
    return resourceVersion;
  }

  /** @param wentWell called when there is reason to hope that the next attempt succeeds */
  async #follow(version: string, wentWell: () => void): Promise<void> {
    let opened = Infinity;
    const onOpen = (): void => {
      opened = performance.now();
      this.#staleSince = undefined;
      this.#options.onOpen?.();
    };
    try {
      for await (const event of this.#api.watch(this.#path, version, this.#stop.signal, onOpen)) {
        this.#take(event);
        wentWell();
      }
    } finally {
      if (performance.now() - opened > goodWatch) wentWell();
    }
  }

  #take({ type, object }: WatchEvent): void {
    const { uid, resourceVersion } = metadataOf(object);
    if (type !== 'BOOKMARK') this.#keep(uid, type === 'DELETED' ? undefined : this.#project(object));
    this.#version = resourceVersion;
  }

  /** Most of what is written to a pod changes nothing of what is kept of it. */
  #keep(uid: string, item: T | undefined): void {
    const { follower } = this.#options;
    const known = this.#items.get(uid);
    if (isDeepStrictEqual(known, item)) return;
    if (known !== undefined) follower?.removed(known);
    if (item === undefined) this.#items.delete(uid);
    else {
      this.#items.set(uid, item);
      follower?.added(item);
    }
    this.#changed();
  }

  /** One object that cannot be read hides no other. */
  #project(object: unknown): T | undefined {
    try {
      return this.#strings.share(this.#read(object));
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #changed(): void {
    const { onChange } = this.#options;
    if (onChange === undefined) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      onChange();
    }, together);
  }

  #fail(error: unknown): void {
    const failure = isFailure(error)
      ? error
      : new Failure('corrupt', `Cannot read an object of ${this.#path}: ${reasonOf(error)}`, {
          cause: error,
        });
    this.#options.onFailure?.(failure);
  }
}

const identified = z.object({
  metadata: z.object({ uid: z.string().default(''), resourceVersion: z.string() }),
});

/** Bookmarks have no UID. */
function metadataOf(object: unknown): { uid: string; resourceVersion: string } {
  return identified.parse(object).metadata;
}
