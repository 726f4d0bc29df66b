import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes of a process and all its descendants. `pss` counts a page that several of them share once, `rss` in each. */
export type TreeMemory = { pss: number; rss: number; processes: number };

/** Memory of the tree below `pid` now, from /proc. */
export async function treeMemory(pid: number): Promise<TreeMemory> {
  const total = { pss: 0, rss: 0, processes: 0 };
  for (const member of await treeOf(pid)) {
    const text = await readProc(`${member}/smaps_rollup`);
    if (text === '') continue;
    total.pss += kilobytes(text, 'Pss') * 1024;
    total.rss += kilobytes(text, 'Rss') * 1024;
    total.processes++;
  }
  return total;
}

/** The highest memory of the tree while `work` runs, looked at some twenty times a second. */
export async function peakDuring<T>(
  pid: number,
  work: () => Promise<T>,
): Promise<{ peak: TreeMemory; result: T }> {
  const over = new AbortController();
  const peak: TreeMemory = { pss: 0, rss: 0, processes: 0 };
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const now = await treeMemory(pid);
      for (const name of ['pss', 'rss', 'processes'] as const) peak[name] = Math.max(peak[name], now[name]);
      await delay(50);
    }
  };
  const watching = watch();
  try {
    return { result: await work(), peak };
  } finally {
    over.abort();
    await watching;
  }
}

/** CPU seconds, of user and system, that the tree below `pid` has used so far, its ended children included. */
export async function treeCpuSeconds(pid: number): Promise<number> {
  let seconds = 0;
  for (const member of await treeOf(pid))
    seconds += (await cpuSeconds(member)) + (await endedCpuSeconds(member));
  return seconds;
}

/** The highest resident memory so far of any process of the tree, in bytes. */
export async function treePeakRss(pid: number): Promise<number> {
  const texts = await Promise.all((await treeOf(pid)).map((member) => readProc(`${member}/status`)));
  return Math.max(...texts.map((text) => kilobytes(text, 'VmHWM') * 1024));
}

/**
 * Bytes that the tree below `pid` has moved so far by read and write calls, of files, pipes and sockets, its ended children
 * included; sendfile counts twice, recv and send do not.
 */
export async function treeCopiedBytes(pid: number): Promise<number> {
  const counts = await Promise.all((await treeOf(pid)).map(copiedBytes));
  return counts.reduce((sum, bytes) => sum + bytes, 0);
}

/** The same of one process. */
export async function copiedBytes(pid: number): Promise<number> {
  const counts = [...(await readProc(`${pid}/io`)).matchAll(/^[rw]char: (\d+)$/gm)];
  return counts.reduce((sum, [, bytes]) => sum + Number(bytes), 0);
}

/** What the scheduler gave to the threads of one process that still run; /proc/<pid>/stat tells hundredths of a second. */
export async function cpuSeconds(pid: number): Promise<number> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const texts = await Promise.all(threads.map((thread) => readProc(`${pid}/task/${thread}/schedstat`)));
  return texts.reduce((sum, text) => sum + Number(text.split(' ')[0] ?? 0) / 1e9, 0);
}

/** Of children that were waited for, in hundredths of a second (proc(5): `cutime` and `cstime`). */
async function endedCpuSeconds(pid: number): Promise<number> {
  const stat = await readProc(`${pid}/stat`);
  const [user = 0, system = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(13, 15)
    .map(Number);
  return (user + system) / 100;
}

/** Empty where the process has ended. */
async function readProc(name: string): Promise<string> {
  return readFile(`/proc/${name}`, 'utf8').catch(() => '');
}

async function treeOf(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readProc(`${name}/stat`);
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (parent !== undefined) parents.set(Number(name), Number(parent));
  }
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at !== 0; at = parents.get(at)) {
      if (at === root) return true;
    }
    return false;
  };
  return [...parents.keys()].filter(isBelow);
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}
