import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, type SimulatedApi } from './simulated-api.ts';

export type KubeObject = {
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    deletionTimestamp?: string;
  };
};

type Handlers<T> = {
  /** It is there, or has changed. */
  seen: (object: T) => void;
  gone: (uid: string) => void;
};

type List<T> = { items: T[]; metadata: { resourceVersion: string; continue?: string } };
type Event<T> = { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: T };

/**
 * Follows all objects of a collection: lists them, then watches, and begins again where the watch has expired. Fulfils
 * when all have been listed once; goes on until `over`.
 */
export async function follow<T extends KubeObject>(
  api: SimulatedApi,
  collection: string,
  handlers: Handlers<T>,
  over: AbortSignal,
): Promise<void> {
  const known = new Set<string>();
  const first = await listAll(api, collection, handlers, known);
  void goOn(first).catch((error: unknown) => {
    if (!over.aborted) throw error;
  });

  async function goOn(start: string): Promise<void> {
    for (let version = start; !over.aborted; await delay(100, undefined, { signal: over })) {
      version = (await watchFrom(api, collection, version, handlers, known)) ?? '';
      if (version === '') version = await listAll(api, collection, handlers, known);
    }
  }
}

/** @returns the version from which to watch */
async function listAll<T extends KubeObject>(
  api: SimulatedApi,
  collection: string,
  { seen, gone }: Handlers<T>,
  known: Set<string>,
): Promise<string> {
  const listed = new Set<string>();
  let [version, next] = ['', ''];
  do {
    const query = `limit=500${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
    const { items, metadata } = await api.send<List<T>>('GET', join(collection, query));
    for (const object of items) {
      listed.add(object.metadata.uid);
      known.add(object.metadata.uid);
      seen(object);
    }
    ({ resourceVersion: version, continue: next = '' } = metadata);
  } while (next !== '');
  for (const uid of known.difference(listed)) {
    known.delete(uid);
    gone(uid);
  }
  return version;
}

/** @returns the version that was reached when the watch ended; undefined where it has expired */
async function watchFrom<T extends KubeObject>(
  api: SimulatedApi,
  collection: string,
  from: string,
  { seen, gone }: Handlers<T>,
  known: Set<string>,
): Promise<string | undefined> {
  let version = from;
  const query = `watch=1&allowWatchBookmarks=true&resourceVersion=${from}`;
  for await (const { type, object } of events<T>(api, join(collection, query))) {
    if (type === 'ERROR') return undefined;
    version = object.metadata.resourceVersion;
    const { uid } = object.metadata;
    if (type === 'DELETED') {
      known.delete(uid);
      gone(uid);
    } else if (type !== 'BOOKMARK') {
      known.add(uid);
      seen(object);
    }
  }
  return version;
}

/** They end where the connection does: what happened since is still to be had. */
async function* events<T>(
  api: SimulatedApi,
  path: string,
): AsyncGenerator<Event<T> | { type: 'ERROR'; object: object }> {
  try {
    for await (const line of lines(await api.watch(path))) yield JSON.parse(line) as Event<T>;
  } catch (error) {
    if (error instanceof ApiError && error.status === 410) yield { type: 'ERROR', object: {} };
  }
}

function join(collection: string, query: string): string {
  return `${collection}${collection.includes('?') ? '&' : '?'}${query}`;
}

async function* lines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]).toString();
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
}
