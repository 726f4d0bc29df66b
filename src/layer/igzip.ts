import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Transform, type Readable, type TransformCallback, type Writable } from 'node:stream';
import { Failure } from '../errors.ts';

/** Where ISA-L's `igzip` is, which compresses as well as zlib's level 1 and four times as fast; undefined where there is none. */
export function findIgzip(path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .map((folder) => join(folder, 'igzip'))
    .find(isExecutable);
}

/** Bytes that may wait for the process, so that it need not wait for us. */
const pending = 1024 * 1024;

/** Compresses through an `igzip` process, which ends with the stream. */
export class Igzip extends Transform {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  /** Once all was given to the process: to be called when it has ended. */
  #done: TransformCallback | undefined;

  /** @param program its path */
  constructor(program: string) {
    super({ readableHighWaterMark: 1024 * 1024 });
    this.#child = spawn(program, ['-1', '--no-name', '--stdout'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {},
    });
    const { stdin, stdout } = this.#child;
    stdout.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) stdout.pause();
    });
    const failed = (cause: Error): void => {
      this.destroy(new Failure('unavailable', `Cannot compress a layer: ${program} failed`, { cause }));
    };
    this.#child.on('error', failed);
    this.#child.on('close', (code, signal) => {
      if (code === 0 && this.#done !== undefined) this.#done();
      else failed(new Error(`it ended with ${signal ?? `exit code ${code}`}`));
    });
    // A process that ends too early is told of by its exit code.
    stdin.on('error', () => {});
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
    done(error);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
