import { Transform, type TransformCallback } from 'node:stream';
import { Failure } from '../../errors.ts';
import type { Budget } from './budget.ts';
import { blockSize } from '../../layer/tar-header.ts';
import { readHeader, readPax, type TarHeader } from './tar-header.ts';

/** What every container runtime unpacks: files, links, devices, directories, fifos. */
const unpackable = new Set(['\0', '0', '1', '2', '3', '4', '5', '6']);
/** Of these, some readers skip a body and others do not. */
const bodyless = new Set(['1', '2', '3', '4', '5', '6']);
const mostMetadata = 1024 * 1024;

type State = 'header' | 'local PAX' | 'global PAX' | 'body' | 'end';

/**
 * Passes a tar on unchanged, and fails where runtimes would fail on it or would not agree on what it holds: it must be
 * whole, close with two zero blocks and have nothing but zeros after them, and keep to its budget.
 * Fails with Failure `invalid` or `too-large`; the message says what is wrong and where, and leaves the subject open.
 */
export class TarCheck extends Transform {
  readonly #budget: Budget;
  readonly #compressed: () => number;
  #state: State = 'header';
  /** bytes that the state still needs, and of a header or PAX body those that have come */
  #missing = blockSize;
  #parts: Buffer[] = [];
  #zeroBlocks = 0;
  /** of the entry that follows, where a PAX header gives it */
  #size: number | undefined;
  #offset = 0;

  /** @param compressed bytes that the tar was unpacked from so far */
  constructor(budget: Budget, compressed: () => number) {
    super({ highWaterMark: 1024 * 1024 });
    this.#budget = budget;
    this.#compressed = compressed;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#take(chunk);
      this.#budget.addBytes(chunk.length, this.#offset, this.#compressed());
      done(null, chunk);
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _flush(done: TransformCallback): void {
    if (this.#state === 'end') done();
    else done(this.#invalid('it ends before the two zero blocks that close a tar, so it is cut short'));
  }

  #take(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const part = this.#state === 'end' ? chunk.subarray(at) : chunk.subarray(at, at + this.#missing);
      at += part.length;
      this.#offset += part.length;
      if (this.#state === 'end') {
        if (part.some((byte) => byte !== 0)) throw this.#invalid('data follows its end');
        continue;
      }
      if (this.#state !== 'body') this.#parts.push(part);
      this.#missing -= part.length;
      if (this.#missing === 0) this.#advance(Buffer.concat(this.#parts.splice(0)));
    }
  }

  /** The state has all the bytes that it needed. */
  #advance(bytes: Buffer): void {
    if (this.#state === 'header') {
      const header = readHeader(bytes);
      if (header === undefined) throw this.#invalid('there is no tar header where one must be');
      if (header.end) this.#closing();
      else this.#begin(header);
      return;
    }
    if (this.#state !== 'body') this.#pax(bytes, this.#state === 'global PAX');
    this.#expect('header', blockSize);
  }

  #closing(): void {
    this.#zeroBlocks += 1;
    this.#expect(this.#zeroBlocks === 2 ? 'end' : 'header', blockSize);
  }

  #begin({ type, size }: Exclude<TarHeader, { end: true }>): void {
    if (this.#zeroBlocks > 0) throw this.#invalid('an entry follows a zero block');
    if ('xgLK'.includes(type)) {
      if (size > mostMetadata) throw this.#invalid(`a header is larger than ${mostMetadata} bytes`);
      this.#expectBody(type === 'x' ? 'local PAX' : type === 'g' ? 'global PAX' : 'body', size);
      return;
    }
    if (!unpackable.has(type)) {
      throw this.#invalid(`no container runtime unpacks an entry of type ${JSON.stringify(type)}`);
    }
    const actual = this.#size ?? size;
    this.#size = undefined;
    if (bodyless.has(type) && actual > 0) throw this.#invalid(`an entry of type ${type} has a size`);
    this.#budget.addEntry();
    this.#expectBody('body', actual);
  }

  #pax(body: Buffer, isGlobal: boolean): void {
    const records = readPax(body);
    if (records === undefined) throw this.#invalid('a PAX header is malformed');
    if (records.keys().some((key) => key.startsWith('GNU.sparse.'))) {
      throw this.#invalid('no container runtime unpacks a sparse entry: make the tar without --sparse');
    }
    const size = records.get('size');
    if (size === undefined) return;
    this.#size = Number(size);
    if (isGlobal || !/^[0-9]+$/.test(size) || !Number.isSafeInteger(this.#size)) {
      throw this.#invalid('a PAX header gives a size that cannot be used');
    }
  }

  /** Bodies fill whole blocks. */
  #expectBody(state: State, size: number): void {
    if (size === 0) this.#expect('header', blockSize);
    else this.#expect(state, Math.ceil(size / blockSize) * blockSize);
  }

  #expect(state: State, bytes: number): void {
    this.#state = state;
    this.#missing = bytes;
  }

  #invalid(what: string): Failure {
    return new Failure('invalid', `${what} (byte ${this.#offset} of the tar)`);
  }
}
