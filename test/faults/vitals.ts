import { readFile } from 'node:fs/promises';
import { childrenOf, openFiles, until } from '../crash/processes.ts';

/** What a process holds: resident bytes, files that are no connections, and connections. */
export type Vitals = { rss: number; files: string[]; sockets: number };

export async function vitalsOf(pid: number): Promise<Vitals> {
  const open = await openFiles(pid);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return {
    rss: Number(kilobytes) * 1024,
    files: open.filter((path) => !path.startsWith('socket:')).toSorted(),
    sockets: open.filter((path) => path.startsWith('socket:')).length,
  };
}

/** Waits until a server has no children left that convert, which end after ten seconds with nothing to do. */
export async function idle(pid: number): Promise<void> {
  await until('nothing is converted', async () => (await childrenOf(pid)).length === 0);
}
