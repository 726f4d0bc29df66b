import { createWriteStream } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Extract } from 'tar-stream';
import { storeFailure, hasCode } from '../../store/directory-reader.ts';
import type { Bundle } from './bundle.ts';

type Entry = Extract extends AsyncIterable<infer T> ? T : never;

/** What lies at the top of a filesystem, and never of an image's archive. */
const filesystem = new Set(
  'bin boot dev etc home lib media mnt opt proc root run sbin srv sys tmp usr var'.split(' '),
);
/** More than any image consists of. */
const mostFiles = 10_000;
const mostHops = 16;
/** The oldest tars have no magic, but a checksum all the same. The option is missing in the library's types. */
const leniently = { allowUnknownFormat: true, highWaterMark: 256 * 1024 };

/**
 * Unpacks a tar that may hold an image into `directory`, under names of our own: those of the archive are only ever
 * compared. Answers undefined, as soon as that is clear, for a tar that holds a filesystem; what it unpacked so far stays
 * for the caller to remove.
 */
export async function unpackArchive(tar: Readable, directory: string): Promise<Bundle | undefined> {
  const entries = extract(leniently);
  const fed = pipeline(tar, entries);
  fed.catch(() => {
    // The same error ends the loop.
  });
  const files = new Map<string, string>();
  const links = new Map<string, string>();
  // Of entries, not of names: of a name that comes again, the last one holds.
  let count = 0;
  try {
    for await (const entry of entries) {
      const name = nameOf(entry.header.name);
      count += 1;
      if (filesystem.has(name.split('/')[0] ?? '') || count > mostFiles) return undefined;
      await unpack(entry, name, join(directory, String(count)), files, links);
    }
    await fed;
  } catch (error) {
    throw hasCode(error, 'ENOSPC', 'EDQUOT') ? storeFailure('unpack the image', directory, error) : error;
  } finally {
    tar.destroy();
  }
  return (name) => locate(name, files, links);
}

async function unpack(
  entry: Entry,
  name: string,
  path: string,
  files: Map<string, string>,
  links: Map<string, string>,
): Promise<void> {
  const { type, linkname } = entry.header;
  if (type === 'file') {
    await pipeline(entry, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
    files.set(name, path);
    return;
  }
  entry.resume();
  if (typeof linkname !== 'string') return;
  if (type === 'symlink') links.set(name, join(dirname(name), linkname));
  if (type === 'link') links.set(name, nameOf(linkname));
}

/** Old docker archives share a layer by a symlink to it. */
function locate(
  name: string,
  files: ReadonlyMap<string, string>,
  links: ReadonlyMap<string, string>,
): string | undefined {
  let at: string | undefined = nameOf(name);
  for (let hop = 0; at !== undefined && hop < mostHops; hop++) {
    const path = files.get(at);
    if (path !== undefined) return path;
    at = links.get(at);
  }
  return undefined;
}

function nameOf(name: string): string {
  return normalize(name).replace(/^\/+|\/+$/g, '');
}
