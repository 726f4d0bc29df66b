import { Breach } from './breach.ts';
import { displayName } from './entry-name.ts';
import { blockSize } from '../layer/tar-header.ts';

/** What a name is. A hard link is what it leads to. */
export type Kind = 'directory' | 'file' | 'symlink' | 'fifo';

/** In `#facts`, the kind takes the place of the lowest two bits of an offset: headers lie at whole blocks. */
const kinds = ['directory', 'file', 'symlink', 'fifo'] as const satisfies readonly Kind[];
const root = 0;

/** All names together may take so many bytes for each allowed entry. */
const bytesPerEntry = 64;

/**
 * The names of a droplet, with their kinds and where they were first seen. One map for all, keyed by the number of the
 * directory and a name in it, because maps of their own for a million directories would cost twice the memory.
 */
export class Tree {
  readonly #ids = new Map<string, number>();
  readonly #facts: number[] = [factOf('directory', 0)];
  readonly #maxEntries: number;
  #bytes = 0;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /**
   * Adds a name, and its parents as directories. A directory may come again.
   * @param offset of the entry's header, in bytes
   * @throws Breach `duplicate`, `through-link`, `not-a-directory`, `entries`
   */
  add(parts: readonly string[], kind: Kind, offset: number): void {
    const last = parts.length - 1;
    let parent = root;
    for (const [at, part] of parts.entries()) {
      const key = `${parent}/${part}`;
      const id = this.#ids.get(key);
      if (id === undefined) parent = this.#insert(key, at === last ? kind : 'directory', offset);
      else if (at < last) parent = this.#enter(id, parts, at);
      else this.#requireBoth(id, kind);
    }
  }

  /**
   * What a name is, or undefined where there is no such name so far.
   * @throws Breach `through-link`, `not-a-directory`
   */
  kindOf(parts: readonly string[]): Kind | undefined {
    let id: number | undefined = root;
    for (const [at, part] of parts.entries()) {
      if (at > 0) id = this.#enter(id, parts, at - 1);
      id = this.#ids.get(`${id}/${part}`);
      if (id === undefined) return undefined;
    }
    return this.#kind(id);
  }

  #insert(key: string, kind: Kind, offset: number): number {
    const id = this.#facts.length;
    this.#bytes += key.length;
    if (id > this.#maxEntries || this.#bytes > this.#maxEntries * bytesPerEntry) {
      throw new Breach(
        'entries',
        `there are over ${this.#maxEntries} entries, or names of over ${bytesPerEntry} bytes on average`,
      );
    }
    this.#ids.set(flat(key), id);
    this.#facts.push(factOf(kind, offset));
    return id;
  }

  #enter(id: number, parts: readonly string[], at: number): number {
    const kind = this.#kind(id);
    if (kind === 'directory') return id;
    const through = JSON.stringify(displayName(parts.slice(0, at + 1).join('/')));
    const rule = kind === 'symlink' ? 'through-link' : 'not-a-directory';
    throw new Breach(
      rule,
      `${through}, which it passes through, is a ${kind} since byte ${this.#offset(id)}`,
    );
  }

  #requireBoth(id: number, kind: Kind): void {
    const known = this.#kind(id);
    if (kind === 'directory' && known === 'directory') return;
    throw new Breach(
      'duplicate',
      `the name was a ${known} already at byte ${this.#offset(id)}, and is a ${kind} here`,
    );
  }

  #kind(id: number): Kind {
    return kinds[(this.#facts[id] ?? 0) % kinds.length] ?? 'directory';
  }

  #offset(id: number): number {
    return Math.floor((this.#facts[id] ?? 0) / kinds.length) * blockSize;
  }
}

function factOf(kind: Kind, offset: number): number {
  return (offset / blockSize) * kinds.length + kinds.indexOf(kind);
}

/** A string of its own: one made by joining or slicing keeps its origins in memory. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1');
}
