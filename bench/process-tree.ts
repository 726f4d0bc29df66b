import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Bytes of a process and all its descendants. `pss` counts a page that several of them share once, `rss` in each. */
export type TreeMemory = { pss: number; rss: number; processes: number };

/** Memory of the tree below `pid` now, from /proc. */
export async function treeMemory(pid: number): Promise<TreeMemory> {
  const total = { pss: 0, rss: 0, processes: 0 };
  for (const member of await treeOf(pid)) {
    const text = await readFile(`/proc/${member}/smaps_rollup`, 'utf8').catch(() => '');
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

async function treeOf(root: number): Promise<number[]> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
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
  return Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}
