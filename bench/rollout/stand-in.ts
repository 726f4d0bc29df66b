import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { atEnd, type Owner } from '../../test/helpers/owner.ts';
import type { StandInOrder, StandInState } from './stand-in-process.ts';

const script = join(import.meta.dirname, 'stand-in-process.ts');

export type StandIn = {
  pid: number;
  /** the URL of the API server */
  api: string;
  /** `host:port` of the facade */
  facade: string;
  state: () => Promise<StandInState>;
};

/** Starts a cluster that is told rather than run, and what stands before a facade for it. */
export async function startStandIn(owner: Owner, order: StandInOrder): Promise<StandIn> {
  const child = fork(script, { execArgv: [] });
  atEnd(owner, () => end(child));
  const urls = await told<Pick<StandIn, 'api' | 'facade'>>(child, order);
  return { ...urls, pid: child.pid ?? -1, state: () => told(child, {}) };
}

async function told<T>(child: ChildProcess, order: object): Promise<T> {
  child.send(order);
  const [answer] = (await once(child, 'message')) as [T];
  return answer;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
