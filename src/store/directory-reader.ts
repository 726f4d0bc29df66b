import { fstatSync, type BigIntStats, type Dirent } from 'node:fs';
import { open, opendir, readdir, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Failure, reasonOf } from '../errors.ts';
import { FileBody } from './file-body.ts';
import { requireKey } from './key.ts';
import type { ByteRange, ObjectInfo, OpenObject, ReadableStore } from './store.ts';

/** Up to so many bytes, what is opened is read at once: a stream over a file costs more than a record in it. */
const smallSize = 16 * 1024;

/** A directory tree as a store to read from: a key is a path below `root`. Names there that start with a dot are ours. */
export class DirectoryReader implements ReadableStore {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    const found = await this.whenPresent(key, () => stat(this.pathOf(key), { bigint: true }));
    return found?.isFile() === true ? infoOf(key, found) : undefined;
  }

  async open(key: string, range?: ByteRange): Promise<OpenObject | undefined> {
    const file = await this.whenPresent(key, () => open(this.pathOf(key)));
    if (file === undefined) return undefined;
    // Of an open file: no disk is asked, and a thread for it would cost more than the answer.
    const found = fstatSync(file.fd, { bigint: true });
    if (!found.isFile()) {
      await file.close();
      return undefined;
    }
    const isSmall = range === undefined && found.size <= smallSize;
    const size = Number(found.size);
    const body = isSmall ? await this.#readAtOnce(key, file, size) : part(file, size, range);
    return { info: infoOf(key, found), body, isLocal: true };
  }

  async *list(prefix: string): AsyncIterable<ObjectInfo> {
    const left: string[] = [];
    for (let folder: string | undefined = prefix; folder !== undefined; folder = left.pop()) {
      for await (const entry of folder === prefix ? this.#entries(prefix) : await this.#fewEntries(folder)) {
        const key = folder + entry.name;
        if (entry.isDirectory()) left.push(`${key}/`);
        else {
          const info = await this.stat(key);
          if (info !== undefined) yield info;
        }
      }
    }
  }

  async *folders(prefix: string): AsyncIterable<string> {
    for await (const entry of this.#entries(prefix)) if (entry.isDirectory()) yield entry.name;
  }

  /** Of a folder that may have any number of entries: some are read at once. */
  async *#entries(prefix: string): AsyncIterable<Dirent> {
    if (prefix !== '' && !prefix.endsWith('/')) throw new Error(`A prefix ends in /: ${prefix}`);
    const folder = prefix === '' ? this.root : this.pathOf(prefix.slice(0, -1));
    const entries = await this.whenPresent(prefix, () => opendir(folder, { bufferSize: 1000 }));
    if (entries === undefined) return;
    for await (const entry of entries) if (prefix !== '' || !entry.name.startsWith('.')) yield entry;
  }

  /** Of one below the folder that is asked for, which seldom has more than a few: to read them all at once costs a quarter. */
  async #fewEntries(prefix: string): Promise<Dirent[]> {
    const folder = this.pathOf(prefix.slice(0, -1));
    return (await this.whenPresent(prefix, () => readdir(folder, { withFileTypes: true }))) ?? [];
  }

  /** All of a file as a body; the file is closed. */
  async #readAtOnce(key: string, file: FileHandle, size: number): Promise<Readable> {
    try {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(size), 0, size, 0);
      return bodyOf(buffer.subarray(0, bytesRead));
    } catch (error) {
      throw isOfTheSystem(error) ? storeFailure(`read ${key}`, this.root, error) : error;
    } finally {
      // Nothing was written that could be lost with it.
      file.close().catch(() => undefined);
    }
  }

  /** The path of a key. */
  protected pathOf(key: string): string {
    requireKey(key);
    return join(this.root, ...key.split('/'));
  }

  /** Undefined when there is no such path below a root that exists; a missing root is an outage, not an absence. */
  protected async whenPresent<T>(key: string, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!isOfTheSystem(error)) throw error;
      if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG'))
        throw storeFailure(`read ${key}`, this.root, error);
    }
    try {
      await stat(this.root);
    } catch (error) {
      throw storeFailure(`read ${key}`, this.root, error);
    }
    return undefined;
  }
}

function part(file: FileHandle, size: number, { start, end = Infinity }: ByteRange = { start: 0 }): Readable {
  return new FileBody(file, start, Math.min(size, end + 1));
}

/** Bytes that are there already, as a stream. */
function bodyOf(bytes: Buffer): Readable {
  const body = new Readable({ read: () => undefined });
  body.push(bytes);
  body.push(null);
  return body;
}

/** What a directory's errors mean to us. */
export function storeFailure(action: string, root: string, cause: unknown): Failure {
  const why = reasonOf(cause);
  if (hasCode(cause, 'ENOSPC', 'EDQUOT')) {
    return new Failure('no-space', `Cannot ${action}: the disk under ${root} is full; free some space`, {
      cause,
    });
  }
  return new Failure('unavailable', `Cannot ${action} in the directory store: ${why}`, { cause });
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code)
  );
}

/** Errors of the file system carry a system call. */
export function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

export function infoOf(key: string, found: BigIntStats): ObjectInfo {
  return { key, size: Number(found.size), modified: Number(found.mtimeMs), etag: etagOf(found) };
}

/** Each write makes a new file, so inode and time of change tell two writes apart. */
export function etagOf(found: BigIntStats): string {
  return `${found.ino.toString(36)}-${found.mtimeNs.toString(36)}-${found.size.toString(36)}`;
}
