import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';

/** One entry of a tar that we make ourselves: a directory, a symlink, a small file, or a copy of one of this machine. */
export type TarEntry = { name: string; mode: number; owner: number } & (
  | { type: 'directory' }
  | { type: 'symlink'; linkname: string }
  | { type: 'file'; text: string }
  | { type: 'file'; source: string }
);

type Stage = NodeJS.ReadWriteStream | ((source: AsyncIterable<Buffer>) => AsyncIterable<Buffer>);

/**
 * Writes `entries` through `stages` to `target`, which appears whole or not at all. The bytes depend on names, modes,
 * owners and contents alone: every time is 0.
 */
export async function writeTarFile(
  target: string,
  entries: Iterable<TarEntry>,
  stages: readonly Stage[] = [],
): Promise<void> {
  const partial = `${target}.partial`;
  const tar = pack();
  const written = pipeline([tar, ...stages, createWriteStream(partial)]);
  try {
    await Promise.all([written, addAll(tar, entries)]);
    await rename(partial, target);
  } finally {
    await Promise.allSettled([written]);
    await rm(partial, { force: true });
  }
}

async function addAll(tar: Pack, entries: Iterable<TarEntry>): Promise<void> {
  try {
    for (const entry of entries) await add(tar, entry);
    tar.finalize();
  } catch (error) {
    tar.destroy(error instanceof Error ? error : new Error(String(error)));
    throw error;
  }
}

async function add(tar: Pack, entry: TarEntry): Promise<void> {
  const { name, mode, owner, type } = entry;
  const header = { name, mode, type, uid: owner, gid: owner, mtime: new Date(0) };
  if ('source' in entry) {
    const { size } = await stat(entry.source);
    await pipeline(createReadStream(entry.source), tar.entry({ ...header, size }));
  } else if ('linkname' in entry) {
    tar.entry({ ...header, linkname: entry.linkname });
  } else {
    tar.entry(header, 'text' in entry ? entry.text : '');
  }
}
