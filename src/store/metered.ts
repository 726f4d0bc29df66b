import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import { isFailure } from '../errors.ts';
import type { Operation, StoreCounters } from './counters.ts';
import type { ReadableStore, Store } from './store.ts';

/** A store to read from that counts what is asked of it and the bytes that come. Its bodies stay the store's own. */
export function meteredReader(store: ReadableStore, counters: StoreCounters): ReadableStore {
  return {
    stat: (key) => counted('stat', counters, () => store.stat(key)),
    async open(key, range) {
      const object = await counted('get', counters, () => store.open(key, range));
      if (object !== undefined) watchBody(object.body, counters);
      return object;
    },
    async *list(prefix) {
      counters.requests.list++;
      try {
        yield* store.list(prefix);
      } catch (error) {
        counters.failures.list++;
        throw error;
      }
    },
  };
}

/** The same of a store that is also written to. */
export function meteredStore(store: Store, counters: StoreCounters): Store {
  return {
    ...meteredReader(store, counters),
    async put(key, body, condition) {
      counters.requests.put++;
      const stream = body instanceof Uint8Array ? undefined : body;
      if (stream !== undefined) onBytes(stream, (count) => (counters.bytesWritten += count));
      try {
        const info = await store.put(key, body, condition);
        if (body instanceof Uint8Array) counters.bytesWritten += body.length;
        return info;
      } catch (error) {
        // What the body itself failed with is no failure of the store.
        if (stream === undefined || error !== stream.errored) counters.failures.put++;
        throw error;
      }
    },
    remove: (key) => counted('remove', counters, () => store.remove(key)),
  };
}

async function counted<T>(operation: Operation, counters: StoreCounters, work: () => Promise<T>): Promise<T> {
  counters.requests[operation]++;
  try {
    return await work();
  } catch (error) {
    counters.failures[operation]++;
    throw error;
  }
}

function watchBody(body: Readable, counters: StoreCounters): void {
  onBytes(body, (count) => (counters.bytesRead += count));
  // Also who reads it destroys it with an error: only these are a store's. Who would not hear of one still does not.
  body.once(errorMonitor, (error) => {
    if (isFailure(error, 'unavailable', 'corrupt')) counters.failures.get++;
  });
}

/**
 * Counts each chunk as it enters the stream's buffer: another stream on the way would cost more than what it counts, and a
 * listener would start the flow.
 */
function onBytes(stream: Readable, count: (bytes: number) => void): void {
  if (!stream.readableObjectMode) count(stream.readableLength);
  const push = stream.push.bind(stream);
  stream.push = (chunk: Uint8Array | null, encoding?: BufferEncoding): boolean => {
    if (chunk !== null) count(chunk.length);
    return push(chunk, encoding);
  };
}
