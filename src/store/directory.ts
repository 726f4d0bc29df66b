import { randomUUID } from 'node:crypto';
import { renameSync, statSync, type WriteStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../errors.ts';
import { DirectoryReader, etagOf, hasCode, infoOf, isOfTheSystem, storeFailure } from './directory-reader.ts';
import { FileLock } from './file-lock.ts';
import { otherOwner } from './owner.ts';
import type { Condition, ObjectInfo, Store } from './store.ts';

const temporary = '.tmp';
/** A temporary file that nobody wrote to for so long belongs to a process that died. */
const abandonedAfter = 60 * 60 * 1000;

/**
 * A directory tree as a store, for any number of processes on one machine. An object is written beside the tree, synced,
 * and then moved to its place, so that a reader, or a crash at any moment, sees it whole or not at all.
 */
export class DirectoryStore extends DirectoryReader implements Store {
  readonly #lock: FileLock;
  readonly #otherOwner: number | undefined;

  /** Opens `root`, making it where it is missing. Root only reads in one that is somebody else's. */
  static async open(root: string): Promise<DirectoryStore> {
    const folder = join(root, temporary);
    // Who works here has made it, whoever the volume is said to belong to.
    const owner = await otherOwner(folder, root);
    if (owner !== undefined) return new DirectoryStore(root, owner);
    try {
      await mkdir(folder, { recursive: true, mode: 0o750 });
      await removeAbandoned(folder);
    } catch (error) {
      throw storeFailure('open', root, error);
    }
    return new DirectoryStore(root);
  }

  private constructor(root: string, owner?: number) {
    super(root);
    this.#lock = new FileLock(join(root, '.lock'));
    this.#otherOwner = owner;
  }

  /** Where work files may lie so that they can be moved into the store at `root`; invisible to readers. */
  static temporaryDirectoryOf(root: string): string {
    return join(root, temporary);
  }

  get temporaryDirectory(): string {
    return DirectoryStore.temporaryDirectoryOf(this.root);
  }

  async put(
    key: string,
    body: Uint8Array | Readable,
    condition?: Condition,
  ): Promise<ObjectInfo | undefined> {
    const path = this.pathOf(key);
    const temp = join(this.temporaryDirectory, randomUUID());
    try {
      this.#requireOwner(`write ${key}`);
      await write(temp, body);
      const found = await stat(temp, { bigint: true });
      const first = await mkdir(dirname(path), { recursive: true, mode: 0o750 });
      if (!(await this.#commit(temp, path, condition))) return undefined;
      await syncDirectories(dirname(path), first);
      return infoOf(key, found);
    } catch (error) {
      throw isOfTheSystem(error) ? storeFailure(`write ${key}`, this.root, error) : error;
    } finally {
      // What nobody reads to its end would keep files open, and Node ends a process that forgets one.
      if (!(body instanceof Uint8Array)) body.destroy();
      await rm(temp, { force: true });
    }
  }

  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    this.#requireOwner(`remove ${key}`);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw storeFailure(`remove ${key}`, this.root, error);
    }
  }

  #requireOwner(action: string): void {
    if (this.#otherOwner === undefined) return;
    const user = `'#${this.#otherOwner}'`;
    throw new Failure(
      'unavailable',
      `Cannot ${action}: the store in ${this.root} belongs to user ${user}, who could not read or change what root makes there. ` +
        `Run this as that user, such as with sudo -u ${user}`,
    );
  }

  async #commit(temp: string, path: string, condition: Condition | undefined): Promise<boolean> {
    if (condition === undefined) {
      await rename(temp, path);
      return true;
    }
    if (condition === 'absent') {
      // link() fails where the name is taken; rename() would replace it.
      return link(temp, path).then(
        () => true,
        (error: unknown) => {
          if (hasCode(error, 'EEXIST')) return false;
          throw error;
        },
      );
    }
    return this.#lock.hold(() => {
      const now = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (now === undefined || etagOf(now) !== condition.etag) return false;
      renameSync(temp, path);
      return true;
    });
  }
}

/** Bytes that may wait for the disk while more are made. */
const writeAhead = 4 * 1024 * 1024;

/** Bytes after which the disk may begin. */
const syncEvery = 32 * 1024 * 1024;

async function write(path: string, body: Uint8Array | Readable): Promise<void> {
  const file = await open(path, 'wx', 0o640);
  if (body instanceof Uint8Array) {
    try {
      await file.writeFile(body);
      await file.sync();
    } finally {
      await file.close();
    }
  } else {
    const stream = file.createWriteStream({ flush: true, highWaterMark: writeAhead });
    syncEarly(file, stream);
    await pipeline(body, stream);
  }
}

/** Has the disk begin while there is more to come, so that the last sync waits for little. That one also tells of errors. */
function syncEarly(file: FileHandle, stream: WriteStream): void {
  let begun = 0;
  let syncing = false;
  stream.on('drain', () => {
    if (syncing || stream.bytesWritten - begun < syncEvery) return;
    begun = stream.bytesWritten;
    syncing = true;
    const over = (): void => {
      syncing = false;
    };
    file.datasync().then(over, over);
  });
}

/** Makes the new name durable, and with it the folders that were made for it, `first` being the topmost of them. */
async function syncDirectories(folder: string, first: string | undefined): Promise<void> {
  const last = first === undefined ? folder : dirname(first);
  for (let path = folder; ; path = dirname(path)) {
    const handle = await open(path);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (path === last) return;
  }
}

async function removeAbandoned(folder: string): Promise<void> {
  const oldest = Date.now() - abandonedAfter;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if ((await lastChange(path)) < oldest) await rm(path, { recursive: true, force: true });
  }
}

/** Of a file, or of what lies in a folder, which does not change itself while its files grow. */
async function lastChange(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return Infinity;
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = await readdir(path, { recursive: true }).catch(() => []);
  const times = await Promise.all(inside.map((name) => stat(join(path, name)).catch(() => undefined)));
  return Math.max(found.mtimeMs, ...times.map((time) => time?.mtimeMs ?? 0));
}
