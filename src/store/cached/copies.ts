import type { Readable } from 'node:stream';
import type { ObjectInfo, OpenObject, ReadableStore } from '../store.ts';
import { nameOf, type CacheDirectory } from './cache-directory.ts';
import { Claim } from './claim.ts';
import { Copy } from './copy.ts';
import type { Counters } from './counters.ts';
import { DiskFault, fill } from './fill.ts';
import { onDisk } from './room.ts';
import { fileLength } from './trailer.ts';

/** A range that begins further than this beyond what a copy has, in bytes, is not waited for. */
export const lead = 16 * 1024 * 1024;

/**
 * How to read an object: from its copy, which is to be released, or from the store, where it may be open already.
 * `wasThere`: the copy was not begun for this use.
 */
export type Use =
  | { from: 'copy'; copy: Copy; wasThere: boolean; release: () => void; onDamage: () => void }
  | { from: 'store'; opened?: OpenObject | undefined }
  | { from: 'nowhere' };

/** How a copy is filled: with bytes that have this hash in hex, where it is known. */
export type Filling = { sha256: string | undefined };

/** One object and those who use its copy at this moment: readers, who waits for it, and its fill. */
type Shared = {
  readonly name: string;
  readonly key: string;
  users: number;
  found: Promise<'copy' | 'store' | 'nowhere'>;
  copy?: Copy;
  claim?: Claim | undefined;
  /** what it is filled from, while it is */
  body?: Readable | undefined;
  /** what could not be kept, for the first who takes it */
  spare?: OpenObject | undefined;
};

export type CopiesOptions = {
  directory: CacheDirectory;
  remote: ReadableStore;
  counters: Counters;
  /** for how long nothing is filled after the disk failed: milliseconds */
  pause: number;
  /** is told why the disk failed */
  onFault: (error: unknown) => void;
};

/** The copies that are in use. Of an object there is one, and it has one fill, at most. */
export class Copies {
  readonly #options: CopiesOptions;
  readonly #shared = new Map<string, Shared>();
  readonly #fills = new Map<Readable, Promise<void>>();
  /** by the clock that never jumps */
  #pausedUntil = 0;

  constructor(options: CopiesOptions) {
    this.#options = options;
  }

  /**
   * How to read an object from `start` on. Where there is no copy, one is begun if `filling` says how.
   * @throws what the store fails with
   */
  async use(key: string, start: number, filling?: Filling): Promise<Use> {
    const { directory, counters } = this.#options;
    const name = nameOf(key);
    const present = this.#shared.has(name) || directory.room.has(name);
    const begins = !present && filling !== undefined && start <= lead;
    const shared =
      present || begins ? (this.#shared.get(name) ?? this.#begin(name, key, filling)) : undefined;
    const use =
      shared === undefined ? ({ from: 'store' } as const) : await this.#join(shared, start, present);
    counters[present && use.from === 'copy' ? 'hits' : 'misses']++;
    return use;
  }

  /** Forgets an object. Who reads it reads on. */
  async drop(key: string): Promise<void> {
    const name = nameOf(key);
    const shared = this.#shared.get(name);
    if (shared === undefined) {
      const claim = Claim.hold(this.#options.directory, name);
      claim?.drop();
      return claim?.end(Promise.resolve());
    }
    this.#forget(shared);
    shared.users++;
    await shared.found.catch(() => undefined);
    shared.claim?.drop();
    this.#leave(shared);
  }

  /** Stops all fills. */
  async close(): Promise<void> {
    const fills = [...this.#fills];
    for (const [body] of fills) body.destroy();
    await Promise.all(fills.map(([, done]) => done));
  }

  async #join(shared: Shared, start: number, wasThere: boolean): Promise<Use> {
    shared.users++;
    let used = false;
    try {
      const from = await shared.found;
      const { copy } = shared;
      if (from !== 'copy' || copy === undefined) return from === 'nowhere' ? { from } : this.#spareOf(shared);
      used = start <= copy.filled + lead;
      if (!used) return { from: 'store' };
      return {
        from,
        copy,
        wasThere,
        release: () => this.#leave(shared),
        onDamage: () => this.#damaged(shared),
      };
    } finally {
      if (!used) this.#leave(shared);
    }
  }

  #spareOf(shared: Shared): Use {
    const opened = shared.spare;
    shared.spare = undefined;
    return { from: 'store', opened };
  }

  #leave(shared: Shared): void {
    const { copy, body, claim, spare } = shared;
    shared.users--;
    if (body !== undefined && shared.users === 1 && (claim?.dropped === true || !isWorthIt(copy))) {
      this.#forget(shared);
      claim?.drop();
      body.destroy();
    }
    if (shared.users > 0) return;
    this.#forget(shared);
    spare?.body.destroy();
    claim?.end(copy?.close() ?? Promise.resolve()).catch(this.#options.onFault);
  }

  /** Whoever comes next begins anew. What is forgotten while it is used is dropped as well, for a name has one file. */
  #forget(shared: Shared): void {
    if (this.#shared.get(shared.name) === shared) this.#shared.delete(shared.name);
  }

  #damaged(shared: Shared): void {
    if (shared.claim?.dropped !== false) return;
    this.#options.counters.corruptions++;
    this.#forget(shared);
    shared.claim.drop();
  }

  #begin(name: string, key: string, filling: Filling | undefined): Shared {
    const found = Promise.withResolvers<'copy' | 'store' | 'nowhere'>();
    const shared: Shared = { name, key, users: 0, found: found.promise };
    this.#shared.set(name, shared);
    found.resolve(this.#find(shared, filling));
    return shared;
  }

  async #find(shared: Shared, filling: Filling | undefined): Promise<'copy' | 'store' | 'nowhere'> {
    if (await this.#findFile(shared)) return 'copy';
    if (filling === undefined) return 'store';
    if (performance.now() < this.#pausedUntil) {
      this.#options.counters.degraded++;
      return 'store';
    }
    const object = await this.#options.remote.open(shared.key);
    if (object === undefined) return 'nowhere';
    // Nobody listens until the first read, which finds then what went wrong before.
    object.body.on('error', () => undefined);
    if (await this.#findRoom(shared, object.info)) {
      this.#startFill(shared, object.body, filling);
      return 'copy';
    }
    this.#options.counters.degraded++;
    shared.spare = object;
    return 'store';
  }

  async #findFile(shared: Shared): Promise<boolean> {
    const claim = Claim.hold(this.#options.directory, shared.name);
    if (claim === undefined) return false;
    shared.claim = claim;
    try {
      const copy = await Copy.open(claim.path, shared.key);
      if (copy instanceof Copy) {
        shared.copy = copy;
        await copy.touch().catch(() => undefined);
        return true;
      }
      if (copy === 'damaged') this.#options.counters.corruptions++;
      claim.drop();
    } catch (error) {
      this.#fault(error);
    }
    shared.claim = undefined;
    await claim.end(Promise.resolve()).catch(this.#options.onFault);
    return false;
  }

  async #findRoom(shared: Shared, info: ObjectInfo): Promise<boolean> {
    let claim: Claim | undefined;
    try {
      claim = await Claim.reserve(this.#options.directory, shared.name, onDisk(fileLength(info)));
      if (claim === undefined) return false;
      shared.copy = await Copy.create(claim.temporary, info);
      shared.claim = claim;
      return true;
    } catch (error) {
      this.#fault(error);
      await claim?.end(Promise.resolve()).catch(this.#options.onFault);
      return false;
    }
  }

  #startFill(shared: Shared, body: Readable, filling: Filling): void {
    const { copy, claim } = shared;
    if (copy === undefined || claim === undefined) return;
    shared.users++;
    shared.body = body;
    this.#fills.set(body, this.#fill(shared, copy, claim, body, filling));
  }

  async #fill(shared: Shared, copy: Copy, claim: Claim, body: Readable, { sha256 }: Filling): Promise<void> {
    const { counters } = this.#options;
    try {
      const onBytes = (count: number): void => void (counters.bytesFromRemote += count);
      await fill(copy, claim, body, onBytes, sha256);
    } catch (error) {
      this.#forget(shared);
      claim.drop();
      if (error instanceof DiskFault) {
        counters.degraded++;
        this.#fault(error.cause);
        await copy.lose();
      } else copy.fail(error);
    }
    shared.body = undefined;
    this.#fills.delete(body);
    this.#leave(shared);
  }

  #fault(error: unknown): void {
    this.#pausedUntil = performance.now() + this.#options.pause;
    this.#options.onFault(error);
  }
}

/** Whether a fill that nobody reads any more goes on: when half is there. */
function isWorthIt(copy: Copy | undefined): boolean {
  return copy !== undefined && copy.filled * 2 >= copy.info.size;
}
