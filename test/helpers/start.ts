import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { atEnd, type Owner } from './owner.ts';
import { toolPath } from './tools.ts';

export type Running = {
  pid: number;
  /** All that it wrote to stdout and stderr so far. */
  log: () => string;
  /** Waits until the log matches. @throws Error with the log when it ends first, or after 120 s */
  logged: (pattern: RegExp) => Promise<RegExpExecArray>;
  kill: (signal: NodeJS.Signals) => void;
  /** How it ended: its exit code, or the signal's name. */
  ended: Promise<number | NodeJS.Signals>;
  /** SIGTERM, and SIGKILL 10 s later; safe to call again. */
  stop: () => Promise<void>;
};

/**
 * Starts a program that runs until its owner ends. Linux ends it with us, too, even if we are killed.
 * @param options `keep`: so many characters of its log are kept, the last ones, where it says more than a string can hold
 */
export function start(
  owner: Owner,
  command: string,
  args: readonly string[],
  { keep = Infinity, ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; keep?: number } = {},
): Running {
  const child = spawn(toolPath('setpriv'), ['--pdeathsig', 'TERM', command, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log = lastOf(log + chunk.toString(), keep)));
  let end: number | NodeJS.Signals | undefined;
  const ended = once(child, 'close').then(() => (end = child.signalCode ?? child.exitCode ?? -1));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(late);
  };
  atEnd(owner, stop);
  return {
    pid: child.pid ?? -1,
    log: () => log,
    logged: (pattern) => logged(command, pattern, () => ({ log, end })),
    kill: (signal) => void child.kill(signal),
    ended,
    stop,
  };
}

/** Cut now and then: to cut a long string each time would cost more than to grow it. */
function lastOf(text: string, keep: number): string {
  return text.length > 2 * keep ? text.slice(-keep) : text;
}

async function logged(
  command: string,
  pattern: RegExp,
  state: () => { log: string; end: number | NodeJS.Signals | undefined },
): Promise<RegExpExecArray> {
  for (const until = Date.now() + 120_000; ; await delay(20)) {
    const { log, end } = state();
    const match = pattern.exec(log);
    if (match !== null) return match;
    if (end !== undefined || Date.now() > until)
      throw new Error(
        `${command} ${end === undefined ? 'runs' : `ended with ${end}`} without ${String(pattern)}:\n${log}`,
      );
  }
}
