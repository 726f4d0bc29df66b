import { Readable } from 'node:stream';
import { Failure } from '../../src/errors.ts';
import type {
  ByteRange,
  Condition,
  ObjectInfo,
  OpenObject,
  ReadableStore,
  Store,
} from '../../src/store/store.ts';

/** What becomes of the bytes of a body on their way. */
export type Way = (bytes: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/** A store that counts what is asked of it, goes away, and does to bodies what a test says. */
export class ShakyStore implements Store {
  readonly opens: { key: string; range: ByteRange | undefined; body: Readable | undefined }[] = [];
  away = false;
  way: Way | undefined;
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    return this.#ask().stat(key);
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    const open = { key, range, body: undefined as Readable | undefined };
    this.opens.push(open);
    const object = await this.#ask().open(key, range);
    if (object === undefined) return undefined;
    open.body = this.way === undefined ? object.body : along(this.way, object.body);
    return { info: object.info, body: open.body };
  }

  list(prefix: string): ReturnType<ReadableStore['list']> {
    return this.#ask().list(prefix);
  }

  folders(prefix: string): AsyncIterable<string> {
    return this.#ask().folders(prefix);
  }

  async put(key: string, body: Uint8Array | Readable, condition?: Condition) {
    return this.#ask().put(key, body, condition);
  }

  async remove(key: string): Promise<void> {
    return this.#ask().remove(key);
  }

  #ask(): Store {
    if (this.away) throw new Failure('unavailable', 'The store is away');
    return this.#store;
  }
}

/** Unlike `Readable.from` it is destroyed at once, like a connection, even while it waits. */
function along(way: Way, source: Readable): Readable {
  const chunks = way(source)[Symbol.asyncIterator]();
  return new Readable({
    read() {
      chunks.next().then(
        ({ value, done }) => this.push(done === true ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      source.destroy();
      done(error);
    },
  });
}

/** Breaks the connection after so many bytes. */
export function failsAfter(count: number): Way {
  return async function* (bytes) {
    yield* endsAfter(count)(bytes);
    throw new Error('reset by peer');
  };
}

/** Ends cleanly after so many bytes. */
export function endsAfter(count: number): Way {
  return async function* (bytes) {
    let left = count;
    for await (const chunk of bytes) {
      if (chunk.length >= left) {
        if (left > 0) yield chunk.subarray(0, left);
        return;
      }
      left -= chunk.length;
      yield chunk;
    }
  };
}

/** Lets as many bytes pass as were allowed so far. */
export class Gate {
  #allowed = 0;
  #change = Promise.withResolvers<void>();

  allow(bytes: number): void {
    this.#allowed = bytes;
    this.#change.resolve();
    this.#change = Promise.withResolvers();
  }

  readonly way: Way = (bytes) => this.#pass(bytes);

  async *#pass(bytes: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    let at = 0;
    for await (const chunk of bytes) {
      for (let from = 0; from < chunk.length;) {
        while (this.#allowed <= at) await this.#change.promise;
        const part = chunk.subarray(from, from + this.#allowed - at);
        yield part;
        at += part.length;
        from += part.length;
      }
    }
  }
}
