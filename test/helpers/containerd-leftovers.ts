import { readdir, readFile } from 'node:fs/promises';
import { run } from './run.ts';

/**
 * Ends what a containerd left that listened at `root`/c.sock, and unmounts what is mounted below `root`. It must have
 * ended before.
 */
export async function removeLeftovers(root: string): Promise<void> {
  await killShims(`${root}/c.sock`);
  await unmountBelow(root);
}

/** Shims outlive the containerd that started them, and containers outlive their shims. */
async function killShims(socket: string): Promise<void> {
  const processes = await Promise.all(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(describe),
  );
  const shims = processes.filter(
    ({ args }) => args[0]?.includes('containerd-shim') === true && args.includes(socket),
  );
  const contained = processes.filter(({ parent }) => shims.some(({ pid }) => pid === parent));
  for (const { pid } of [...contained, ...shims]) kill(pid);
}

async function describe(name: string): Promise<{ pid: number; parent: number; args: string[] }> {
  const read = (file: string) => readFile(`/proc/${name}/${file}`, 'utf8').catch(() => '');
  const parent = /^PPid:\s*(\d+)/m.exec(await read('status'))?.[1];
  return { pid: Number(name), parent: Number(parent ?? 0), args: (await read('cmdline')).split('\0') };
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in the meantime.
  }
}

/** What was mounted last is unmounted first. */
async function unmountBelow(root: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const mount of mounts.filter((path) => path.startsWith(`${root}/`)).toReversed())
    await run('umount', ['--lazy', mount]);
}
