import pLimit from 'p-limit';

/** File systems give out whole pages. */
const page = 4096;

/** What a room needs of the disk that it is the ledger of. */
export type Disk = {
  /** Removes an idle file. */
  evict: (name: string) => Promise<void>;
  /** bytes that it has left */
  free: () => Promise<number>;
};

/**
 * Who may lie on the disk: a ledger of files by name and size, in the order in which they were last used. A file is idle,
 * and then may be evicted, or it is held: by readers, by a fill that has reserved for it, or because it is not gone yet.
 * Idle and held files together never exceed `maxBytes`.
 */
export class Room {
  readonly #maxBytes: number;
  readonly #disk: Disk;
  /** bytes by name, least recently used first */
  readonly #idle = new Map<string, number>();
  #idleBytes = 0;
  #heldBytes = 0;
  readonly #oneByOne = pLimit(1);

  constructor(maxBytes: number, disk: Disk) {
    this.#maxBytes = maxBytes;
    this.#disk = disk;
  }

  /** bytes that lie on the disk, or that fills have reserved */
  get bytes(): number {
    return this.#idleBytes + this.#heldBytes;
  }

  /** Whether there is an idle file of this name. */
  has(name: string): boolean {
    return this.#idle.has(name);
  }

  /** Holds a file that is idle, and answers its bytes; undefined where there is none. */
  hold(name: string): number | undefined {
    const bytes = this.#idle.get(name);
    if (bytes === undefined) return undefined;
    this.#idle.delete(name);
    this.#idleBytes -= bytes;
    this.#heldBytes += bytes;
    return bytes;
  }

  /** Makes a file that was held idle, as the most recently used. */
  rest(name: string, bytes: number): void {
    this.free(bytes);
    this.add(name, bytes);
  }

  /** Enters a file that was found on the disk, as the most recently used. */
  add(name: string, bytes: number): void {
    this.#idle.set(name, bytes);
    this.#idleBytes += bytes;
  }

  /** Gives up what was held and lies on the disk no more. */
  free(bytes: number): void {
    this.#heldBytes -= bytes;
  }

  /**
   * Holds so many bytes for a new file, and evicts for them what was not used for longest. Where they do not fit beside what is
   * held, on the disk as it is at this moment, nothing is evicted and the answer is false.
   */
  async reserve(bytes: number): Promise<boolean> {
    return this.#oneByOne(async () => {
      for (;;) {
        const free = await this.#disk.free();
        if (bytes > Math.min(this.#maxBytes - this.#heldBytes, free + this.#idleBytes)) return false;
        if (bytes <= Math.min(this.#maxBytes - this.bytes, free)) break;
        await this.#evictOne();
      }
      this.#heldBytes += bytes;
      return true;
    });
  }

  async #evictOne(): Promise<void> {
    for (const name of this.#idle.keys()) {
      const bytes = this.hold(name) ?? 0;
      // What cannot be removed stays held: it still lies on the disk.
      await this.#disk.evict(name);
      this.free(bytes);
      return;
    }
  }
}

/** What a file of so many bytes takes on the disk. */
export function onDisk(length: number): number {
  return Math.ceil(length / page) * page;
}
