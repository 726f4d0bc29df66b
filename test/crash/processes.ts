import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** The processes that a process has started and that run still. */
export async function childrenOf(parent: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (/^\d+$/.test(name) && (await statusOf(Number(name)))?.parent === parent) found.push(Number(name));
  }
  return found;
}

/** Whether a process runs; one that is dead and not yet buried does not. */
export async function runs(pid: number): Promise<boolean> {
  return (await statusOf(pid)) !== undefined;
}

/** What the open file descriptors of a process lead to. */
export async function openFiles(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`;
  const links = (await readdir(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => undefined));
  return (await Promise.all(links)).filter((link) => link !== undefined);
}

/** Waits until `look` says so. @throws Error naming `what` after a minute, which is no bound that is tested */
export async function until(what: string, look: () => Promise<boolean> | boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !(await look()); await delay(5)) {
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}`);
  }
}

/** proc(5): the state and the parent follow the name, which may hold anything, in parentheses. */
async function statusOf(pid: number): Promise<{ parent: number } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  const [state = 'Z', parent = '0'] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return text === '' || state === 'Z' || state === 'X' ? undefined : { parent: Number(parent) };
}
