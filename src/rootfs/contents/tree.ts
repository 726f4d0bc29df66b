import { Failure } from '../../errors.ts';
import type { Directory, Leaf, Node } from './node.ts';

/** A name in a directory. `path` leads there without a symlink. */
export type Place = { parent: Directory; name: string; path: string };

/** Linux opens no longer path, and gives up after so many symlinks. */
const longestPath = 4096;
const mostSymlinks = 40;
/** Characters of all paths together, some two million files: the bound on what an archive makes us keep. */
const mostText = 128 * 1024 * 1024;

type Step = { node: Node; path: string; above: Step | undefined };

/**
 * A merged filesystem, laid out entry by entry as runtimes do it: missing parents come into being, a parent that is a
 * symlink leads on inside the root, a directory joins a directory, and anything else replaces what has its name.
 * Whiteouts hide what lower layers brought, wherever in their own layer they stand (image-spec, layer.md "Whiteouts").
 */
export class Tree {
  readonly #root: Directory = emptyDirectory(0o755, 0);
  #layer = 0;
  #text = 0;

  beginLayer(): void {
    this.#layer += 1;
  }

  /**
   * Where an entry named `name` goes; its parents are made. Undefined for the root itself.
   * @throws Failure `invalid` where no runtime could put it, `too-large`
   */
  place(name: string): Place | undefined {
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const last = parts.pop();
    if (last === undefined) return undefined;
    if (last === '..' || parts.includes('..')) throw unfit(name, 'it leads out of the root');
    if (name.includes('\0')) throw unfit(name, 'no file name has a zero byte');
    const above = this.#walk(parts.join('/'), true);
    if (above?.node.kind !== 'directory') throw unfit(name, 'what it lies in is no directory');
    const path = join(above.path, last);
    if (path.length > longestPath) throw unfit(name, `paths have at most ${longestPath} characters`);
    return { parent: above.node, name: last, path };
  }

  /** Puts a file, symlink or device there. */
  put(place: Place, leaf: Leaf): void {
    if (leaf.kind === 'symlink' && leaf.target.length > longestPath) {
      throw unfit(place.path, `targets have at most ${longestPath} characters`);
    }
    if (leaf.kind === 'symlink') this.#hold(leaf.target);
    this.#set(place, { ...leaf, layer: this.#layer });
  }

  /** Puts a directory there, or gives the one that is there its mode; without a place, the root. */
  putDirectory(place: Place | undefined, mode: number): void {
    const existing = place === undefined ? this.#root : place.parent.children.get(place.name);
    if (existing?.kind === 'directory') Object.assign(existing, { mode, layer: this.#layer });
    else if (place !== undefined) this.#set(place, emptyDirectory(mode, this.#layer));
  }

  /** Makes a hard link to the file named `target`: whatever it is but a directory. */
  link(place: Place, target: string): void {
    if (target.length > longestPath)
      throw unfit(place.path, `targets have at most ${longestPath} characters`);
    this.#hold(target);
    const node = this.#at(target);
    if (node === undefined || node.kind === 'directory') {
      throw unfit(
        place.path,
        `it is a hard link to ${JSON.stringify(target.slice(0, 200))}, which is not there before it`,
      );
    }
    const linked = node.kind === 'file' ? { linked: clean(target) } : {};
    this.#set(place, { ...node, ...linked, layer: this.#layer });
  }

  /** Hides what lower layers have under `name` in the directory at `path`, with all below it. */
  hide(path: string, name: string): void {
    const directory = this.find(path);
    if (directory?.kind === 'directory') this.#hideIn(directory, name);
  }

  /** Hides all that lower layers have in the directory at `path`. */
  hideChildren(path: string): void {
    const directory = this.find(path);
    if (directory?.kind === 'directory') this.#empty(directory);
  }

  /** What opening `path` would find, symlinks followed; undefined where that is nothing. */
  find(path: string): Node | undefined {
    return this.#walk(path, false)?.node;
  }

  /** All nodes but the root, with their paths, a directory before what is in it. */
  *nodes(): Generator<[path: string, node: Node]> {
    const pending: [string, Directory][] = [['', this.#root]];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [above, directory] = next;
      for (const [name, node] of directory.children) {
        const path = join(above, name);
        yield [path, node];
        if (node.kind === 'directory') pending.push([path, node]);
      }
    }
  }

  /** What has the name `path` itself, be it a symlink. */
  #at(path: string): Node | undefined {
    const names = clean(path);
    const cut = names.lastIndexOf('/');
    const parent = this.find(names.slice(0, Math.max(cut, 0)));
    return parent?.kind === 'directory' ? parent.children.get(names.slice(cut + 1)) : undefined;
  }

  #walk(path: string, make: boolean): Step | undefined {
    const top: Step = { node: this.#root, path: '', above: undefined };
    const rest = path.split('/').toReversed();
    let here = top;
    let symlinks = 0;
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      if (part === '' || part === '.') continue;
      const next = part === '..' ? (here.above ?? here) : this.#step(here, part, make);
      if (next?.node.kind !== 'symlink') {
        if (next === undefined) return undefined;
        here = next;
        continue;
      }
      symlinks += 1;
      if (symlinks > mostSymlinks) return undefined;
      if (next.node.target.startsWith('/')) here = top;
      rest.push(...next.node.target.split('/').toReversed());
    }
    return here;
  }

  #step(here: Step, name: string, make: boolean): Step | undefined {
    const parent = here.node;
    if (parent.kind !== 'directory') return undefined;
    const path = join(here.path, name);
    if (make && !parent.children.has(name)) {
      if (path.length > longestPath) return undefined;
      this.#set({ parent, name, path }, emptyDirectory(0o755, this.#layer));
    }
    const node = parent.children.get(name);
    return node === undefined ? undefined : { node, path, above: here };
  }

  #set(place: Place, node: Node): void {
    if (!place.parent.children.has(place.name)) this.#hold(place.path);
    place.parent.children.set(place.name, node);
  }

  /** @throws Failure `too-large` when names and targets together are too long */
  #hold(text: string): void {
    this.#text += text.length;
    if (this.#text <= mostText) return;
    throw new Failure('too-large', 'the names of its files are more than can be kept');
  }

  #hideIn(parent: Directory, name: string): void {
    const node = parent.children.get(name);
    if (node === undefined) return;
    if (node.kind === 'directory') this.#empty(node);
    const kept = node.layer === this.#layer || (node.kind === 'directory' && node.children.size > 0);
    if (!kept) parent.children.delete(name);
  }

  /** Once for each layer is enough, since nothing of lower layers comes back. */
  #empty(directory: Directory): void {
    if (directory.emptied === this.#layer) return;
    directory.emptied = this.#layer;
    for (const name of directory.children.keys()) this.#hideIn(directory, name);
  }
}

function emptyDirectory(mode: number, layer: number): Directory {
  return { kind: 'directory', mode, layer, children: new Map(), emptied: layer };
}

function join(above: string, name: string): string {
  return above === '' ? name : `${above}/${name}`;
}

function clean(path: string): string {
  return path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

function unfit(path: string, why: string): Failure {
  return new Failure('invalid', `no runtime can unpack ${JSON.stringify(path.slice(0, 200))}: ${why}`);
}
