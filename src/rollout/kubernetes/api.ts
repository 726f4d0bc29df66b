import { Failure, reasonOf } from '../../errors.ts';
import { isExpired } from './api-failure.ts';
import { unreachable, type Connection } from './connection.ts';
import { jsonLines } from './json-lines.ts';
import { pageOf } from './page.ts';
import type { Requests } from './requests.ts';
import { watchEventOf, type WatchEvent } from './watch-event.ts';

/** As zod's schemas are. */
export type Schema<T> = { parse(value: unknown): T };

/** What is made of an object; undefined where it is not wanted. */
export type Read<T> = (object: unknown) => T | undefined;

/** Everything that a list gave, as it was at `resourceVersion`. */
export type Listed<T> = { items: T[]; resourceVersion: string };

/** Which object is meant, and none that took its name since. With `resourceVersion`, only as it was seen. */
export type Precondition = { uid: string; resourceVersion?: string };

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** A list that expires while it is read begins again, so often in all. */
const listings = 3;

/**
 * The API of a Kubernetes cluster, as far as it is used here. Paths are those of the API server, with their query. Each
 * method throws the Failure that `apiFailure` makes of an answer, `unavailable` where none comes for a while, or the
 * reason of its signal.
 */
export class Api {
  readonly #connection: Connection;
  readonly #requests: Requests;

  /** @param requests over the same connection */
  constructor(connection: Connection, requests: Requests) {
    this.#connection = connection;
    this.#requests = requests;
  }

  async get<T>(path: string, schema: Schema<T>, signal?: AbortSignal): Promise<T> {
    const object = await this.#requests.json({ method: 'GET', path }, signal);
    try {
      return schema.parse(object);
    } catch (cause) {
      const why = `the answer is not of the expected shape: ${reasonOf(cause)}`;
      throw new Failure('corrupt', `Cannot read ${path} of Kubernetes: ${why}`, { cause });
    }
  }

  /**
   * Reads page by page, and keeps only what `read` makes of the objects.
   * @param options `limit`: objects a page
   */
  async list<T>(
    path: string,
    read: Read<T>,
    options: { limit?: number; signal?: AbortSignal } = {},
  ): Promise<Listed<T>> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#pages(path, read, options);
      } catch (cause) {
        if (!isExpired(cause)) throw cause;
        if (attempt < listings) continue;
        throw new Failure('unavailable', `Cannot list ${path} of Kubernetes: it expires meanwhile`, {
          cause,
        });
      }
    }
  }

  /**
   * What happens after `resourceVersion`, until the API server ends it, as it does after some minutes.
   * @param onOpen called when the API server has agreed to tell
   * @throws Failure also later on; one that is `isExpired` where the version is too old
   */
  async *watch(
    path: string,
    resourceVersion: string,
    signal: AbortSignal,
    onOpen?: () => void,
  ): AsyncGenerator<WatchEvent> {
    const query = { watch: '1', allowWatchBookmarks: 'true', resourceVersion, timeoutSeconds: lifetime() };
    const call = { method: 'GET', path: withQuery(path, query) } as const;
    const body = await this.#connection.open(call, signal);
    try {
      onOpen?.();
      for await (const line of jsonLines(body)) yield watchEventOf(path, line);
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(call, error);
    } finally {
      body.destroy();
    }
  }

  /** @returns the object as it was stored */
  async create(path: string, body: object, signal?: AbortSignal): Promise<unknown> {
    return this.#requests.json({ method: 'POST', path, body }, signal);
  }

  /**
   * A merge patch that names `metadata.resourceVersion` is a `conflict` where the object has changed. `apply` owns what it
   * names, whoever did before.
   * @returns the object as it was stored
   */
  async patch(
    path: string,
    body: object,
    type: keyof typeof patchTypes,
    signal?: AbortSignal,
  ): Promise<unknown> {
    const to = type === 'apply' ? withQuery(path, { fieldManager: 'dropstack', force: 'true' }) : path;
    return this.#requests.json({ method: 'PATCH', path: to, body, type: patchTypes[type] }, signal);
  }

  /** @throws Failure `not-found`; `conflict` where `preconditions` do not hold */
  async remove(path: string, preconditions: Precondition, signal?: AbortSignal): Promise<void> {
    await this.#requests.json({ method: 'DELETE', path, body: { preconditions } }, signal);
  }

  /** Breaks whatever is under way. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #pages<T>(
    path: string,
    read: Read<T>,
    { limit = 500, signal }: { limit?: number; signal?: AbortSignal },
  ): Promise<Listed<T>> {
    const items: T[] = [];
    const query: Record<string, string> = { limit: String(limit) };
    for (;;) {
      const call = { method: 'GET', path: withQuery(path, query) } as const;
      const page = pageOf(path, await this.#requests.json(call, signal));
      for (const object of page.items) {
        const item = read(object);
        if (item !== undefined) items.push(item);
      }
      if (page.next === '') return { items, resourceVersion: page.resourceVersion };
      query['continue'] = page.next;
    }
  }
}

function withQuery(path: string, query: Record<string, string>): string {
  return `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(query).toString()}`;
}

/** Seconds that a watch lasts: differing, so that those that began together do not end together. */
function lifetime(): string {
  return String(240 + Math.floor(Math.random() * 240));
}
