import { fork, type ChildProcess } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { DropletRefused } from '../droplet/refusal.ts';
import { Failure } from '../errors.ts';
import { compressorThreads } from '../layer/compress.ts';
import { addCounters } from '../store/counters.ts';
import type { Answer, Converted, ConverterStores, Job, Moved, Reply } from './job.ts';

const workerFile = join(
  import.meta.dirname,
  import.meta.filename.endsWith('.ts') ? 'worker.ts' : 'worker.js',
);

/**
 * A small heap, and no incremental marking: buffers that pass through set it off over and over, which costs a tenth of a
 * conversion, and nobody waits for this process's next event.
 */
const execArgv = ['--max-old-space-size=256', '--max-semi-space-size=4', '--no-incremental-marking'];

/** One to unpack, one to read, one to write, and those that compress. */
const poolThreads = String(compressorThreads + 3);

export type ConverterLimits = {
  /** A conversion that takes longer is killed. */
  timeoutMs: number;
  /** resident bytes of one child */
  maxMemory: number;
};

/** One child process, which converts one droplet at a time. */
export class Converter {
  readonly #child: ChildProcess;
  readonly #limits: ConverterLimits;
  /** Ends the running job: with an answer, or without one when the child has died. */
  #settle: ((answer: Answer | undefined) => void) | undefined;

  /** @param moved what the child reads and writes is added to it, at the end of each job */
  constructor(stores: ConverterStores, limits: ConverterLimits, moved: Moved) {
    this.#limits = limits;
    this.#child = fork(workerFile, [JSON.stringify(stores), String(limits.maxMemory)], {
      execArgv,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, NODE_COMPILE_CACHE: getCompileCacheDir(), UV_THREADPOOL_SIZE: poolThreads },
    });
    this.#child.on('message', ({ answer, moved: more }: Reply) => {
      addCounters(moved.own, more.own);
      addCounters(moved.sources, more.sources);
      this.#settle?.(answer);
    });
    this.#child.on('exit', () => this.#settle?.(undefined));
    this.#child.on('error', () => {
      // An 'exit' or a failed send follows, and is what the running job hears of.
    });
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && this.#child.connected;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * @throws what convertDroplet throws; Failure `unavailable` when the child died, `too-large` when it took too long or
   *   too much memory
   */
  async run(job: Job): Promise<Converted> {
    const child = this.#child;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, this.#limits.timeoutMs);
    try {
      const answer = await new Promise<Answer | undefined>((resolve, reject) => {
        this.#settle = resolve;
        child.send(job, (error) => {
          if (error !== null) reject(died(job, error.message));
        });
      });
      if (answer !== undefined) return unwrap(job, answer);
      if (late) throw tooMuch(job, `took over ${this.#limits.timeoutMs / 1000} s`);
      if (child.exitCode === 137) throw tooMuch(job, `took over ${this.#limits.maxMemory} bytes of memory`);
      throw died(job, `exit code ${child.exitCode}, signal ${child.signalCode}`);
    } finally {
      clearTimeout(timer);
      this.#settle = undefined;
    }
  }

  /** Ends the child at once; its work leaves nothing behind that is visible. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

function unwrap({ guid, hash }: Job, answer: Answer): Converted {
  if ('record' in answer) return answer;
  if ('refusal' in answer) throw new DropletRefused(`${guid}/${hash}`, answer.refusal);
  if ('bug' in answer) throw new Error(`Converting droplet ${guid}/${hash} failed: ${answer.bug}`);
  const { code, message, reason, expected, found } = answer.failure;
  throw new Failure(code, message, {
    ...(reason === undefined ? {} : { reason }),
    ...(expected === undefined ? {} : { expected }),
    ...(found === undefined ? {} : { found }),
  });
}

function tooMuch({ guid, hash }: Job, what: string): Failure {
  return new Failure(
    'too-large',
    `The conversion of droplet ${guid}/${hash} ${what} and was stopped; raise the bound`,
  );
}

function died({ guid, hash }: Job, how: string): Failure {
  return new Failure(
    'unavailable',
    `The process converting droplet ${guid}/${hash} died (${how}): try again`,
  );
}
