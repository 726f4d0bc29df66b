import { fork, type ChildProcess } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { extname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import { Failure, reasonOf } from '../errors.ts';
import { Channel } from './channel.ts';
import { lasting, type Figures } from './figures.ts';
import type { Stop, SupervisorAnswers, WorkerAnswers } from './questions.ts';

const workerFile = join(import.meta.dirname, `worker${extname(import.meta.filename)}`);

/** Milliseconds before a process that died is started again; the wait doubles while it dies soon. */
const waits = { first: 100, longest: 10_000, soon: 30_000 };

/** Milliseconds that a process may take to say what it has counted. */
const figuresMs = 3_000;

/** What a process gets beyond the time that it was given to stop. */
const lateMs = 10_000;

type Worker = {
  child: ChildProcess;
  channel: Channel<WorkerAnswers>;
  startedAt: number;
  /** the exit code, or the signal's name */
  ended: Promise<string>;
};

/** One of the processes that serve together: a worker, and the next one when that dies. */
export class Member {
  readonly #config: Config;
  readonly #answers: SupervisorAnswers;
  readonly #log: Logger;
  #worker: Worker | undefined;
  #stopping = false;
  #waitMs = waits.first;
  /** what the last worker has said that it counted, and what still counts of those before it */
  #told: Figures = [];
  #past: Figures = [];

  constructor(config: Config, answers: SupervisorAnswers, log: Logger) {
    this.#config = config;
    this.#answers = answers;
    this.#log = log;
  }

  /** @returns the URL. @throws what the worker failed with; Failure `unavailable` when it died */
  async start(): Promise<string> {
    const worker = launch(this.#answers);
    this.#worker = worker;
    try {
      const url = await Promise.race([worker.channel.ask('serve', this.#config), stillborn(worker)]);
      void worker.ended.then((how) => this.#revive(worker, how));
      return url;
    } catch (error) {
      worker.child.kill('SIGKILL');
      throw error;
    }
  }

  /**
   * What the worker has counted, and those before it. One that is not there has counted nothing more.
   * @throws Failure `unavailable` when it does not say so in time
   */
  async figures(): Promise<Figures[]> {
    const worker = this.#worker;
    if (worker !== undefined && isAlive(worker)) {
      const told = await worker.channel.ask('figures', null, figuresMs).catch((error: unknown) => {
        if (isAlive(worker)) throw error;
        return this.#told;
      });
      // Of one that has died meanwhile, what it said before counts.
      if (isAlive(worker)) this.#told = told;
    }
    return [this.#past, this.#told];
  }

  /** Resolves when the worker has ended. */
  async stop(how: Stop): Promise<void> {
    this.#stopping = true;
    const worker = this.#worker;
    if (worker === undefined || !isAlive(worker)) return;
    worker.channel.ask('stop', how).catch(() => {});
    const timer = setTimeout(() => worker.child.kill('SIGKILL'), how.delayMs + how.graceMs + lateMs);
    await worker.ended;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    this.#worker?.child.kill('SIGKILL');
  }

  async #revive(worker: Worker, how: string): Promise<void> {
    if (this.#stopping) return;
    this.#log.error({ process: worker.child.pid, how }, 'a process died, and is started again');
    this.#past = await lasting([this.#past, this.#told]);
    this.#told = [];
    if (performance.now() - worker.startedAt > waits.soon) this.#waitMs = waits.first;
    for (;;) {
      await delay(this.#waitMs);
      this.#waitMs = Math.min(2 * this.#waitMs, waits.longest);
      if (this.#stopping) return;
      try {
        await this.start();
        this.#log.info({ process: this.#worker?.child.pid }, 'a process serves again');
        return;
      } catch (error) {
        this.#log.error({ error: reasonOf(error) }, 'a process cannot start');
      }
    }
  }
}

function launch(answers: SupervisorAnswers): Worker {
  const child = fork(workerFile, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: getCompileCacheDir() },
  });
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(String(signal ?? code)));
    // There is no 'exit' of what was never begun.
    child.on('error', ({ message }) => child.pid === undefined && resolve(message));
  });
  const channel = new Channel<WorkerAnswers>(`Process ${child.pid}`, child, answers);
  return { child, channel, startedAt: performance.now(), ended };
}

/** @throws Failure `unavailable` when the worker ends */
async function stillborn({ child, ended }: Worker): Promise<never> {
  const how = await ended;
  throw new Failure('unavailable', `Process ${child.pid} of dropstack died at its start (${how})`);
}

function isAlive({ child }: Worker): boolean {
  return child.exitCode === null && child.signalCode === null && child.connected;
}
