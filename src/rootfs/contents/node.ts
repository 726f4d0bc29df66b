import type { Library } from './contents.ts';

/** What the names of a file share: hard links have one together. */
export type Inode = {
  size: number;
  mode: number;
  /** of a shared object, whether or not its name is a library's */
  library?: Omit<Library, 'path'>;
  /** of the small files that are read when all layers are known */
  body?: Buffer;
  /** why the content was not read, though it should have been */
  unread?: string;
};

/** `linked` is the path that a hard link was made to. */
export type Leaf =
  | { kind: 'file'; inode: Inode; linked?: string }
  | { kind: 'symlink'; target: string; mode: number }
  | { kind: 'fifo' | 'character-device' | 'block-device'; mode: number };

type Layered = {
  /** the last layer that brought it, or replaced it */
  layer: number;
};
export type Directory = Layered & {
  kind: 'directory';
  mode: number;
  children: Map<string, Node>;
  /** the last layer with a whiteout that hid all that lower layers had here */
  emptied: number;
};
export type Node = Directory | (Layered & Leaf);
