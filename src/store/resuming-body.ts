import { Readable } from 'node:stream';
import { Failure, isFailure, reasonOf } from '../errors.ts';
import type { ByteRange, ObjectInfo, OpenObject } from './store.ts';

/** How much is borne of a store before a body fails. Times in milliseconds. */
export type Patience = {
  /** without one byte, while the reader wants some */
  stall: number;
  /** tries in a row that bring no byte */
  tries: number;
  /** tries of one body in all */
  triesInAll: number;
  /** before the first try; each further one in a row waits twice as long, to at most `longestPause`, less some chance */
  pause: number;
  longestPause: number;
};

/** What is held for a reader that is slower than the store: bytes. */
const highWaterMark = 256 * 1024;

/** Opens the bytes from `start` to `end`, both inclusive. */
type Reopen = (start: number, end: number) => Promise<OpenObject | undefined>;

/**
 * A range of an object from one upstream body after the other. There is an upstream, or a timer that ends in the next one, or
 * a `reopen` on its way, or what ended the last one while nobody wanted more; once it is destroyed there is none of them, and an upstream that still comes is destroyed at once.
 */
export class ResumingBody extends Readable {
  readonly #info: ObjectInfo;
  readonly #reopen: Reopen;
  readonly #patience: Patience;
  /** The next byte, and the one after the last. */
  #at: number;
  readonly #end: number;
  #upstream: Readable | undefined;
  #wanted = false;
  /** Why the upstream stopped while nobody wanted more: that is tried again when somebody does. */
  #pending: { cause: unknown } | undefined;
  /** Of a stall while there is an upstream, else of a pause. */
  #timer: NodeJS.Timeout | undefined;
  /** Tries since the last byte, and in all. */
  #tries = 0;
  #triesInAll = 0;

  constructor(object: OpenObject, range: ByteRange | undefined, reopen: Reopen, patience: Patience) {
    super({ highWaterMark });
    const { start = 0, end = Infinity } = range ?? {};
    this.#info = object.info;
    this.#reopen = reopen;
    this.#patience = patience;
    this.#at = start;
    this.#end = Math.max(start, Math.min(end + 1, object.info.size));
    this.#follow(object.body);
  }

  override _read(): void {
    this.#wanted = true;
    if (this.#pending !== undefined) this.#again(this.#pending.cause);
    if (this.#upstream === undefined) return;
    this.#watch();
    this.#upstream.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#leave();
    done(error);
  }

  #follow(upstream: Readable): void {
    this.#upstream = upstream;
    const stopped = (cause?: Error): void => {
      if (upstream === this.#upstream) this.#stopped(cause);
    };
    upstream.on('data', (chunk: Buffer) => {
      if (upstream === this.#upstream) this.#take(chunk, upstream);
    });
    upstream.on('end', () => stopped());
    upstream.on('error', stopped);
    upstream.on('close', () => stopped(upstream.errored ?? undefined));
    // It may have failed before anybody listened.
    if (upstream.closed) stopped(upstream.errored ?? undefined);
    else if (this.#wanted) this.#watch();
    else upstream.pause();
  }

  #take(chunk: Buffer, upstream: Readable): void {
    this.#at += chunk.length;
    if (this.#at > this.#end) {
      this.destroy(this.#failure('corrupt', 'the store gave more bytes than were asked for'));
      return;
    }
    this.#tries = 0;
    this.#wanted = this.push(chunk);
    if (this.#wanted) this.#watch();
    else upstream.pause();
  }

  /** Counts the time without a byte anew. */
  #watch(): void {
    if (this.#timer !== undefined) {
      this.#timer.refresh();
      return;
    }
    const { stall } = this.#patience;
    this.#timer = setTimeout(() => {
      // A reader that takes its time is not the store's fault.
      if (this.#wanted) this.#stopped(new Error(`no byte came for ${stall / 1000} s`));
    }, stall);
  }

  /** The upstream gives no more, for whatever reason. */
  #stopped(cause = new Error('the body ended early')): void {
    this.#leave();
    if (this.#at === this.#end) {
      this.push(null);
    } else if (this.#wanted) this.#again(cause);
    else this.#pending = { cause };
  }

  #again(cause: unknown): void {
    const { tries, triesInAll, pause, longestPause } = this.#patience;
    this.#pending = undefined;
    if (isFailure(cause) && cause.code !== 'unavailable' && cause.code !== 'busy') {
      this.destroy(cause);
    } else if (this.#tries >= tries || this.#triesInAll >= triesInAll) {
      const why = reasonOf(cause);
      this.destroy(this.#failure('unavailable', `${why}, ${this.#triesInAll} tries later`, cause));
    } else {
      const longest = Math.min(pause * 2 ** this.#tries, longestPause);
      this.#tries++;
      this.#triesInAll++;
      this.#timer = setTimeout(() => void this.#resume(), longest * (0.5 + Math.random() / 2));
    }
  }

  async #resume(): Promise<void> {
    this.#timer = undefined;
    try {
      const object = await this.#reopen(this.#at, this.#end - 1);
      if (this.destroyed) object?.body.on('error', ignore).destroy();
      else this.#continue(object);
    } catch (error) {
      if (!this.destroyed) this.#again(error);
    }
  }

  #continue(object: OpenObject | undefined): void {
    const { size, etag } = this.#info;
    if (object?.info.size === size && object.info.etag === etag) {
      this.#follow(object.body);
      return;
    }
    object?.body.on('error', ignore).destroy();
    // Whoever reads it again from its beginning gets what is there: nothing stored is damaged.
    const how = object === undefined ? 'it was removed' : 'it changed';
    this.destroy(this.#failure('unavailable', `${how} while it was read; try again`));
  }

  /** Lets go of the upstream, which has nobody who listens to it after that. */
  #leave(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const upstream = this.#upstream;
    this.#upstream = undefined;
    upstream?.destroy();
  }

  #failure(code: 'corrupt' | 'unavailable', why: string, cause?: unknown): Failure {
    const { key, size } = this.#info;
    const where = `beyond byte ${Math.min(this.#at, this.#end)} of ${size}`;
    return new Failure(code, `Cannot read ${key} ${where}: ${why}`, { cause });
  }
}

function ignore(): void {
  // Nobody reads that body.
}
