/**
 * What the cache costs: reading a cached object with its checks beside reading the same bytes without, filling, and
 * opening a cache of many files. `node bench/main.ts cache [megabytes] [files]`
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { CachedStore } from '../src/store/cached.ts';
import { DirectoryStore } from '../src/store/directory.ts';
import type { ReadableStore, Store } from '../src/store/store.ts';
import { median } from './median.ts';

const rounds = 7;
const key = 'v1/objects/bench';

export async function cacheBench(megabytes: number, files: number): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'dropstack-bench-'));
  try {
    const remote = await DirectoryStore.open(join(directory, 'remote'));
    const piece = randomBytes(1024 * 1024);
    await remote.put(key, Readable.from(Array.from({ length: megabytes }, () => piece)));
    say('| What | GB/s, median | from | to |\n|---|---|---|---|');
    await reading(remote, join(directory, 'read'));
    await filling('256 KiB', remote, join(directory, 'fill'));
    await filling('16 KiB', inPieces(remote, 16 * 1024), join(directory, 'fill-small'));
    await opening(remote, join(directory, 'open'), files);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function reading(remote: Store, directory: string): Promise<void> {
  const cache = await CachedStore.open(remote, { directory, maxBytes: Infinity });
  await readThrough(cache);
  while ((await readdir(join(directory, 'v1'))).length === 0) await readThrough(remote);
  const [checked, unchecked]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    unchecked.push(await readThrough(remote));
    checked.push(await readThrough(cache));
  }
  row('read from a directory, unchecked', unchecked);
  row('read from the cache, checked', checked);
  await cache.close();
}

async function filling(what: string, remote: Store, directory: string): Promise<void> {
  const cache = await CachedStore.open(remote, { directory, maxBytes: Infinity });
  const speeds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    speeds.push(await readThrough(cache));
    await cache.put(key, Buffer.alloc(0), { etag: 'none' });
  }
  row(`fill and read, chunks of ${what}`, speeds);
  await cache.close();
}

async function opening(remote: Store, directory: string, files: number): Promise<void> {
  await mkdir(join(directory, 'v1'), { recursive: true });
  for (let i = 0; i < files; i++) {
    await writeFile(join(directory, 'v1', i.toString(16).padStart(64, '0')), 'x'.repeat(100));
  }
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    await (await CachedStore.open(remote, { directory, maxBytes: Infinity })).close();
    times.push(performance.now() - begin);
  }
  say(`\nOpening a cache of ${files} files: ${median(times).toFixed(0)} ms (median of ${rounds})`);
}

/** Reads the object and forgets it; gigabytes a second. */
async function readThrough(store: ReadableStore): Promise<number> {
  const begin = performance.now();
  const object = await store.open(key);
  if (object === undefined) throw new Error('The object is gone');
  let bytes = 0;
  for await (const chunk of object.body as AsyncIterable<Buffer>) bytes += chunk.length;
  if (bytes !== object.info.size) throw new Error('It is not whole');
  return bytes / 1e6 / (performance.now() - begin);
}

/** A store whose bodies come in chunks as small as those of a TLS connection. */
function inPieces(store: Store, size: number): Store {
  return {
    stat: (name) => store.stat(name),
    list: (prefix) => store.list(prefix),
    folders: (prefix) => store.folders(prefix),
    put: (name, body, condition) => store.put(name, body, condition),
    remove: (name) => store.remove(name),
    async open(name, range) {
      const object = await store.open(name, range);
      if (object === undefined) return undefined;
      const body = object.body as AsyncIterable<Buffer>;
      const pieces = async function* (): AsyncIterable<Buffer> {
        for await (const chunk of body) {
          for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size);
        }
      };
      return { info: object.info, body: Readable.from(pieces()) };
    },
  };
}

function row(what: string, speeds: readonly number[]): void {
  const values = [median(speeds), Math.min(...speeds), Math.max(...speeds)];
  say(`| ${what} | ${values.map((value) => value.toFixed(2)).join(' | ')} |`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
