import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openFiles } from '../../test/crash/processes.ts';
import type { Served } from '../../test/helpers/serve.ts';
import type { Heap } from '../heap.ts';
import { treeMemory } from '../process-tree.ts';

/** What a server has at one moment. */
export type Vitals = {
  /** proportional bytes of all its processes */
  memory: number;
  processes: number;
  /** bytes that live on the main thread's heap and in its buffers, garbage collected */
  live: number;
  /** of its first process: connections, and all else that is open */
  sockets: number;
  files: number;
  /** bytes of the cache's folder on the disk */
  cache: number;
};

/** A server, its heap, and the folder of its cache. */
type Observed = { server: Pick<Served, 'pid'>; heap: Heap; cache: string };

export async function vitalsOf({ server: { pid }, heap, cache }: Observed): Promise<Vitals> {
  const [{ pss, processes }, live, open, bytes] = await Promise.all([
    treeMemory(pid),
    heap.read('live'),
    openFiles(pid),
    bytesBelow(cache),
  ]);
  const sockets = open.filter((path) => path.startsWith('socket:')).length;
  return { memory: pss, processes, live, sockets, files: open.length - sockets, cache: bytes };
}

/** Connections that clients have to a server at `host:port`, as Linux lists them. */
export async function clientsOf(host: string): Promise<number> {
  const port = Number(new URL(`http://${host}`).port)
    .toString(16)
    .toUpperCase()
    .padStart(4, '0');
  const text = await readFile('/proc/net/tcp', 'utf8');
  return [...text.matchAll(/^\s*\d+: [0-9A-F]+:([0-9A-F]+) \S+ ([0-9A-F]{2}) /gm)].filter(
    ([, local, state]) => local === port && (state === established || state === closeWait),
  ).length;
}

const [established, closeWait] = ['01', '08'];

/** As the disk counts, in blocks; what goes meanwhile counts nothing. */
async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = names.map(async (name) => {
    const found = await lstat(join(folder, name)).catch(() => undefined);
    return found?.isFile() === true ? found.blocks * 512 : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
