import { setTimeout as delay } from 'node:timers/promises';
import { atEnd, type Owner } from '../owner.ts';
import { start, type Running } from '../start.ts';

/** A program of a cluster, which can go away and come back as it was. */
export type Part = {
  /** Starts it, unless it runs, and waits until it is ready. @throws Error with its log when it does not become so */
  start: () => Promise<void>;
  /** Ends it with SIGTERM, and waits until it has gone. */
  stop: () => Promise<void>;
  /** Ends it with SIGKILL, and waits until it has gone. */
  kill: () => Promise<void>;
  /** Undefined where it does not run. */
  pid: () => number | undefined;
  /** All that it wrote since it was started first. */
  log: () => string;
};

/** A program that is not started yet. `isReady` gets what it wrote since it was started last. It is killed at the end. */
export function part(
  owner: Owner,
  command: string,
  args: readonly string[],
  isReady: (log: string) => boolean | Promise<boolean>,
): Part {
  const runs: Running[] = [];
  let running: Running | undefined;
  const end = async (signal: NodeJS.Signals) => {
    const ending = running;
    running = undefined;
    ending?.kill(signal);
    await (signal === 'SIGKILL' ? ending?.ended : ending?.stop());
  };
  return {
    start: async () => {
      if (running !== undefined) return;
      const started = start(owner, command, args);
      running = started;
      runs.push(started);
      void started.ended.then(() => (running = running === started ? undefined : running));
      atEnd(owner, () => end('SIGKILL'));
      await ready(command, started, isReady);
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pid: () => running?.pid,
    log: () => runs.map(({ log }) => log()).join(''),
  };
}

async function ready(
  command: string,
  { log, ended }: Running,
  isReady: (log: string) => boolean | Promise<boolean>,
): Promise<void> {
  let end: number | NodeJS.Signals | undefined;
  void ended.then((how) => (end = how));
  for (const until = Date.now() + 120_000; !(await isReady(log())); await delay(50)) {
    if (end === undefined && Date.now() < until) continue;
    const state = end === undefined ? 'is not ready after 120 s' : `ended with ${end}`;
    throw new Error(`${command} ${state}:\n${log().slice(-8000)}`);
  }
}
