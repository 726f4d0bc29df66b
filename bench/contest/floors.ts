import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { defaultLimits } from '../../src/http/server.ts';
import { atEnd, type Owner } from '../../test/helpers/owner.ts';
import type { Answer } from './answers.ts';
import type { Contestant } from './contestant.ts';

const scripts = { 'bare node:http': 'http-process.ts', 'bare koa': 'koa-process.ts' } as const;

export type FloorName = keyof typeof scripts;

/** Idle connections are kept, and said to be kept, as long as ours. */
export type FloorOrder = { answers: Answer[]; keepAliveMs: number; tls?: Pem };

/** Paths of PEM files. */
type Pem = { cert: string; key: string };

/**
 * Starts the least that could give these answers, in a process of its own: manifests from memory, layers piped from their
 * files. It looks at no credentials, logs nothing and knows no ranges. Only `node:http` can speak TLS.
 */
export async function startFloor(
  owner: Owner,
  name: FloorName,
  answers: readonly Answer[],
  tls?: Pem,
): Promise<Contestant> {
  const child = fork(join(import.meta.dirname, 'floors', scripts[name]), { execArgv: [] });
  atEnd(owner, async () => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'))
      await once(child, 'exit');
  });
  const keepAliveMs = defaultLimits.keepAliveTimeoutMs;
  child.send({ answers: [...answers], keepAliveMs, ...(tls && { tls }) } satisfies FloorOrder);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${String(code)}`);
  });
  const [port] = (await Promise.race([once(child, 'message'), failed])) as [number];
  failed.catch(() => undefined);
  const server = { host: `127.0.0.1:${port}`, pid: child.pid ?? -1 };
  return { name, open: server, guarded: server };
}
