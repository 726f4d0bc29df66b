import { createHash } from 'node:crypto';
import type { Contestant } from './contestant.ts';
import { headersOf, type Task } from './task.ts';

/**
 * Asks once, so that nothing wrong is measured.
 * @throws Error where the answer is not what the task wants, or where a guarded server lets in whoever comes
 */
export async function check(contestant: Contestant, task: Task): Promise<void> {
  const { host } = contestant[task.user === undefined ? 'open' : 'guarded'];
  const url = `http://${host}${task.path}`;
  const wrong = (what: string) => new Error(`${contestant.name}, ${task.method} ${url}: ${what}`);
  const answer = await fetch(url, { method: task.method, headers: headersOf(task) });
  const hash = createHash('sha256');
  for await (const chunk of answer.body ?? []) hash.update(chunk);
  if (answer.status !== (task.range === undefined ? 200 : 206)) throw wrong(`status ${answer.status}`);
  const length = answer.headers.get('Content-Length');
  if (length !== String(task.size)) throw wrong(`Content-Length ${length}, not ${task.size}`);
  const digest = `sha256:${hash.digest('hex')}`;
  if (task.method === 'GET' && digest !== task.digest) throw wrong(`other bytes than ${task.digest}`);
  if (host === contestant.open.host) return;
  const { status } = await fetch(url, { method: 'HEAD' });
  if (status !== 401) throw wrong(`status ${status} without credentials`);
}
