import { rename, rm } from 'node:fs/promises';
import type { CacheDirectory } from './cache-directory.ts';

/** What one file that is in use holds of the directory's room, until it is idle again, or gone from the disk. */
export class Claim {
  readonly bytes: number;
  /** where it grows */
  readonly temporary: string;
  /** where it lies when it is whole */
  readonly path: string;
  readonly #directory: CacheDirectory;
  readonly #name: string;
  #placed: boolean;
  #gone: Promise<void> | undefined;

  /** Takes an idle file; undefined where there is none. */
  static hold(directory: CacheDirectory, name: string): Claim | undefined {
    const bytes = directory.room.hold(name);
    return bytes === undefined ? undefined : new Claim(directory, name, bytes, true);
  }

  /** Makes room for a file that is to be written; undefined where it does not fit. @throws the system's errors */
  static async reserve(directory: CacheDirectory, name: string, bytes: number): Promise<Claim | undefined> {
    return (await directory.room.reserve(bytes)) ? new Claim(directory, name, bytes, false) : undefined;
  }

  private constructor(directory: CacheDirectory, name: string, bytes: number, placed: boolean) {
    this.bytes = bytes;
    this.temporary = directory.newTemporary();
    this.path = directory.pathOf(name);
    this.#directory = directory;
    this.#name = name;
    this.#placed = placed;
  }

  get dropped(): boolean {
    return this.#gone !== undefined;
  }

  /** Gives the file that has become whole its name. @throws the system's errors */
  async place(): Promise<void> {
    if (this.dropped) return;
    try {
      await rename(this.temporary, this.path);
      this.#placed = true;
    } catch (error) {
      if (!this.dropped) throw error;
    }
    if (this.dropped) await rm(this.path, { force: true });
  }

  /** Removes the file, which whoever has it open still reads. */
  drop(): void {
    this.#gone ??= rm(this.#placed ? this.path : this.temporary, { force: true });
    // Heard of at the end.
    this.#gone.catch(() => undefined);
  }

  /** Gives back what it holds; nobody uses the file, and its descriptor is being closed. */
  async end(closed: Promise<void>): Promise<void> {
    if (!this.dropped && this.#placed) {
      this.#directory.closes(this.#name, closed);
      this.#directory.room.rest(this.#name, this.bytes);
      return closed;
    }
    this.drop();
    await closed;
    await this.#gone;
    await this.#directory.closed(this.#name);
    this.#directory.room.free(this.bytes);
  }
}
