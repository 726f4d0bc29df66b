import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Stream, Transform, type Readable, type TransformCallback, type Writable } from 'node:stream';
import { Failure } from '../errors.ts';

/** Where ISA-L's `igzip` is, which compresses as well as zlib's level 1 and four times as fast; undefined where there is none. */
export function findIgzip(path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'igzip'))
    .find(isProgram);
}

/** Bytes that may wait for the process, so that it need not wait for us. */
const pending = 1024 * 1024;

/** Compresses through an `igzip` process, which ends with the stream. */
export class Igzip extends Transform {
  readonly #program: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  /** Once all was given to the process: to be called when it has ended. */
  #done: TransformCallback | undefined;

  /** @param program its path */
  constructor(program: string) {
    super({ readableHighWaterMark: 1024 * 1024 });
    this.#program = program;
    this.#child = spawn(program, ['-1', '--no-name', '--stdout'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
    });
    this.#child.on('error', (cause) => {
      this.#fail(cause);
    });
    const { stdin, stdout } = this.#child;
    // Without a free file descriptor there is no pipe, whatever the types say.
    if (!(stdin instanceof Stream && stdout instanceof Stream)) {
      throw new Failure('unavailable', `Cannot compress a layer: ${program} does not start; try again`);
    }
    stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    // What it did not take, before it ended.
    let unread: Error | undefined;
    this.#child.on('close', (code, signal) => {
      if (code === 0 && this.#done !== undefined && unread === undefined) this.#done();
      else this.#fail(new Error(`it ended with ${signal ?? `exit code ${code}`}`, { cause: unread }));
    });
    stdin.on('error', (error) => (unread = error));
  }

  override _read(size: number): void {
    this.#child.stdout.resume();
    super._read(size);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const { stdin } = this.#child;
    stdin.write(chunk);
    if (stdin.writableLength < pending) done();
    else stdin.once('drain', done);
  }

  override _flush(done: TransformCallback): void {
    this.#child.stdin.end();
    this.#done = done;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#child.kill('SIGKILL');
    // Output that nobody reads would keep its pipe open.
    for (const pipe of [this.#child.stdin, this.#child.stdout]) pipe.destroy();
    done(error);
  }

  #fail(cause: Error): void {
    this.destroy(new Failure('unavailable', `Cannot compress a layer: ${this.#program} failed`, { cause }));
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
