import { join } from 'node:path';
import { run } from '../../test/helpers/run.ts';
import { toolPath } from '../../test/helpers/tools.ts';
import type { HeadsOrder } from './heads-process.ts';
import { headersOf, usualConnections, type Task } from './task.ts';

/** What a client has seen. `bytes` are those of heads and bodies, `errors` broken connections and every status but 2xx. */
export type Load = { requests: number; seconds: number; bytes: number; errors: number };

/** Asks `host` over kept connections, each again as soon as it has its answer. */
export async function load(host: string, task: Task, seconds: number): Promise<Load> {
  const url = `http://${host}${task.path}`;
  const output = task.method === 'GET' ? await wrk(url, task, seconds) : await heads(url, task, seconds);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as Load;
}

async function wrk(url: string, task: Task, seconds: number): Promise<string> {
  const headers = Object.entries(headersOf(task)).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const script = join(import.meta.dirname, 'wrk.lua');
  const args = [
    '-t1',
    `-c${task.connections ?? usualConnections}`,
    `-d${seconds}s`,
    '--timeout',
    '60s',
    '-s',
    script,
    ...headers,
    url,
  ];
  return (await run(toolPath('wrk'), args)).stdout;
}

/** wrk takes the length that the answer to a HEAD tells for that of a body, and waits for it. */
async function heads(url: string, task: Task, seconds: number): Promise<string> {
  const script = join(import.meta.dirname, 'heads-process.ts');
  const { connections = usualConnections } = task;
  const order = { url, connections, seconds, headers: headersOf(task) } satisfies HeadsOrder;
  return (await run(process.execPath, [script, JSON.stringify(order)])).stdout;
}
