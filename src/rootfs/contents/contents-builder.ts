import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { Failure } from '../../errors.ts';
import type { Contents } from './contents.ts';
import { isDatabase } from './databases.ts';
import type { Inode } from './node.ts';
import { readFile } from './read-file.ts';
import { readLayer, type EntryBody, type EntryHeader } from './read-layer.ts';
import { sparseFile } from './sparse.ts';
import { summarise } from './summarise.ts';
import { Tree, type Place } from './tree.ts';
import { parseWhiteout, type Whiteout } from './whiteout.ts';

/** bytes of databases that all layers together may have us keep */
const mostKept = 256 * 1024 * 1024;

/** Works out what the layers of a rootfs hold together, in one pass over each, bottom to top. */
export class ContentsBuilder {
  readonly #tree = new Tree();
  readonly #temporaryDirectory: string;
  #kept = 0;

  /** @param temporaryDirectory where an rpm database is copied to while it is read */
  constructor(temporaryDirectory: string = tmpdir()) {
    this.#temporaryDirectory = temporaryDirectory;
  }

  /**
   * Reads the next layer, an uncompressed tar, to its end.
   * @throws whatever `tar` fails with; Failure `invalid` or `too-large`, and then the builder is of no more use
   */
  async addLayer(tar: Readable): Promise<void> {
    this.#tree.beginLayer();
    await readLayer(tar, (header, body) => this.#add(header, body));
  }

  /**
   * What there is once the last layer is added. It does not yield while it reads the databases.
   * @throws Failure `no-space`
   */
  finish(): Contents {
    return summarise(this.#tree, this.#temporaryDirectory);
  }

  async #add(header: EntryHeader, body: EntryBody): Promise<void> {
    const name = sparseFile(header)?.name ?? header.name;
    const whiteout = parseWhiteout(name);
    if (whiteout !== undefined) {
      this.#hide(whiteout);
      return;
    }
    const place = this.#tree.place(name);
    const mode = header.mode & 0o7777;
    if (header.type === 'directory') this.#tree.putDirectory(place, mode);
    else if (place !== undefined) await this.#put(place, header, mode, body);
    else throw new Failure('invalid', `no runtime can unpack ${JSON.stringify(name)} but as a directory`);
  }

  #hide({ folder, hides }: Whiteout): void {
    if (hides === 'all') this.#tree.hideChildren(folder);
    else if (hides !== 'nothing') this.#tree.hide(folder, hides.name);
  }

  async #put(place: Place, header: EntryHeader, mode: number, body: EntryBody): Promise<void> {
    const { type, linkname } = header;
    if (type === 'link') this.#tree.link(place, linkname);
    else if (type === 'symlink') this.#tree.put(place, { kind: type, target: linkname, mode });
    else if (type === 'fifo' || type === 'character-device' || type === 'block-device') {
      this.#tree.put(place, { kind: type, mode });
    } else {
      this.#tree.put(place, { kind: 'file', inode: await this.#inode(place.path, header, mode, body) });
    }
  }

  async #inode(path: string, header: EntryHeader, mode: number, body: EntryBody): Promise<Inode> {
    const file = { size: header.size, mode };
    if (header.type !== 'file' && header.type !== 'contiguous-file') {
      return { ...file, unread: 'its tar type is not one that runtimes unpack' };
    }
    const sparse = sparseFile(header);
    if (sparse !== undefined) return { ...file, size: sparse.size, unread: 'it is a sparse file' };
    if (!isDatabase(path)) return readFile(file, body, false);
    this.#kept += file.size;
    if (this.#kept > mostKept) {
      return { ...file, unread: `the layers' databases are more than ${mostKept} bytes together` };
    }
    return readFile(file, body, true);
  }
}
