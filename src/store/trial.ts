import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Condition, ObjectInfo, OpenObject, Store } from './store.ts';

type Kept = { info: ObjectInfo; bytes: Uint8Array };

/**
 * A store for work that is only tried: it honours conditions and gives back the records that were put, all in memory; of what
 * comes as a stream it counts the bytes and keeps none. It ends with whoever holds it.
 */
export class TrialStore implements Store {
  readonly #objects = new Map<string, Kept>();

  async stat(key: string): Promise<ObjectInfo | undefined> {
    return this.#objects.get(key)?.info;
  }

  /** Of a whole object alone: nobody who only tries reads parts. */
  async open(key: string): Promise<OpenObject | undefined> {
    const found = this.#objects.get(key);
    return found === undefined ? undefined : { info: found.info, body: Readable.from([found.bytes]) };
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    for (const { info } of this.#objects.values()) if (info.key.startsWith(prefix)) yield info;
  }

  async *folders(prefix: string): AsyncIterable<string> {
    const below = [...this.#objects.keys()].filter((key) => key.startsWith(prefix));
    const paths = below.map((key) => key.slice(prefix.length).split('/'));
    yield* new Set(paths.flatMap(([name = '', ...rest]) => (rest.length > 0 ? [name] : [])));
  }

  async put(
    key: string,
    body: Uint8Array | Readable,
    condition?: Condition,
  ): Promise<ObjectInfo | undefined> {
    const bytes = body instanceof Uint8Array ? body : new Uint8Array();
    const size = body instanceof Uint8Array ? body.length : await sizeOf(body);
    const etag = this.#objects.get(key)?.info.etag;
    if (condition === 'absent' && etag !== undefined) return undefined;
    if (typeof condition === 'object' && condition.etag !== etag) return undefined;
    const info = { key, size, modified: Date.now(), etag: randomUUID() };
    this.#objects.set(key, { info, bytes });
    return info;
  }

  async remove(key: string): Promise<void> {
    this.#objects.delete(key);
  }
}

async function sizeOf(body: Readable): Promise<number> {
  let size = 0;
  body.on('data', (chunk: Buffer) => (size += chunk.length));
  await finished(body);
  return size;
}
