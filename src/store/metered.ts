import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import { isFailure } from '../errors.ts';
import { addTime } from '../metrics/times.ts';
import { storeBounds, type Operation, type StoreCounters } from './counters.ts';
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
    list: (prefix) => countedList(counters, () => store.list(prefix)),
    folders: (prefix) => countedList(counters, () => store.folders(prefix)),
  };
}

/** The same of a store that is also written to. */
export function meteredStore(store: Store, counters: StoreCounters): Store {
  return {
    ...meteredReader(store, counters),
    async put(key, body, condition) {
      if (body instanceof Uint8Array) {
        const info = await counted('put', counters, () => store.put(key, body, condition));
        counters.bytesWritten += body.length;
        return info;
      }
      counters.requests.put++;
      onBytes(body, (count) => (counters.bytesWritten += count));
      try {
        return await store.put(key, body, condition);
      } catch (error) {
        // What the body itself failed with is no failure of the store.
        if (error !== body.errored) counters.failures.put++;
        throw error;
      }
    },
    remove: (key) => counted('remove', counters, () => store.remove(key)),
  };
}

async function counted<T>(operation: Operation, counters: StoreCounters, work: () => Promise<T>): Promise<T> {
  counters.requests[operation]++;
  const answered = timing(operation, counters);
  try {
    return await work();
  } catch (error) {
    counters.failures[operation]++;
    throw error;
  } finally {
    answered();
  }
}

async function* countedList<T>(
  counters: StoreCounters,
  list: () => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  counters.requests.list++;
  // Later ones also wait for whoever reads them.
  let answered: (() => void) | undefined = timing('list', counters);
  const first = (): void => {
    answered?.();
    answered = undefined;
  };
  try {
    for await (const found of list()) {
      first();
      yield found;
    }
  } catch (error) {
    counters.failures.list++;
    throw error;
  } finally {
    first();
  }
}

/** @returns to be called when the store has answered */
function timing(operation: Operation, counters: StoreCounters): () => void {
  const start = performance.now();
  // Counters that are taken meanwhile get new times.
  return () => addTime(counters.times[operation], storeBounds, (performance.now() - start) / 1000);
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
