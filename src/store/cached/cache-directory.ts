import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '../../errors.ts';
import { storeFailure } from '../directory-reader.ts';
import { lockDirectory } from './directory-lock.ts';
import { onDisk, Room } from './room.ts';

/** No other program has a folder of this name. */
const temporary = '.dropstack-tmp';

/** How many files are looked at at once when a directory is opened. */
const atOnce = 16;

/**
 * Where copies lie: whole ones in `v1/`, named by the SHA-256 of their key, growing ones in `.dropstack-tmp/`, and `.lock`. What else lies there is
 * left alone. What the
 * directory holds is known from names, sizes and times alone, so that a process that died leaves nothing to repair.
 */
export class CacheDirectory {
  readonly room: Room;
  readonly #directory: string;
  readonly #unlock: () => void;
  /** by name, of files that are idle already */
  readonly #closing = new Map<string, Promise<unknown>>();

  /**
   * Opens a directory, making it where it is missing, empties the folder of growing copies, and evicts what is beyond `maxBytes`.
   * @param onEvict is called for each file that is evicted
   * @throws Failure `conflict` where another process has it; `unavailable` or `no-space` where the disk fails
   */
  static async open(directory: string, maxBytes: number, onEvict: () => void): Promise<CacheDirectory> {
    let unlock: (() => void) | undefined;
    try {
      await mkdir(join(directory, 'v1'), { recursive: true, mode: 0o750 });
      unlock = lockDirectory(directory, join(directory, '.lock'));
      await rm(join(directory, temporary), { recursive: true, force: true });
      await mkdir(join(directory, temporary), { mode: 0o750 });
      const opened = new CacheDirectory(directory, maxBytes, unlock, onEvict);
      for (const { name, bytes } of await filesOf(join(directory, 'v1'))) opened.room.add(name, bytes);
      await opened.room.reserve(0);
      return opened;
    } catch (error) {
      unlock?.();
      throw isFailure(error) ? error : storeFailure('open the cache', directory, error);
    }
  }

  private constructor(directory: string, maxBytes: number, unlock: () => void, onEvict: () => void) {
    this.#directory = directory;
    this.#unlock = unlock;
    const evict = async (name: string): Promise<void> => {
      await rm(this.pathOf(name), { force: true });
      await this.closed(name);
      onEvict();
    };
    const free = async (): Promise<number> => {
      const { bavail, bsize } = await statfs(directory);
      return bavail * bsize;
    };
    this.room = new Room(maxBytes, { evict, free });
  }

  pathOf(name: string): string {
    return join(this.#directory, 'v1', name);
  }

  /** An idle file whose descriptor is still being closed: should it be removed meanwhile, it lies on the disk until then. */
  closes(name: string, closed: Promise<void>): void {
    const all = Promise.allSettled([this.#closing.get(name), closed]);
    this.#closing.set(name, all);
    void all.finally(() => this.#closing.get(name) === all && this.#closing.delete(name));
  }

  /** Resolves when nobody has the file open who does not hold it. */
  async closed(name: string): Promise<void> {
    await this.#closing.get(name);
  }

  newTemporary(): string {
    return join(this.#directory, temporary, randomUUID());
  }

  /** Lets other processes have it. */
  close(): void {
    this.#unlock();
  }
}

/** The name of an object's file: keys may be longer than file names. */
export function nameOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** All files of a folder and what they take, least recently used first. */
async function filesOf(folder: string): Promise<{ name: string; bytes: number }[]> {
  const found: { name: string; bytes: number; used: number }[] = [];
  const names = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}$/.test(name)).values();
  const look = async (): Promise<void> => {
    for (const name of names) {
      const file = await stat(join(folder, name));
      if (file.isFile()) found.push({ name, bytes: onDisk(file.size), used: file.mtimeMs });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, look));
  return found.toSorted((a, b) => a.used - b.used);
}
