import { identifyElf, parseElf } from '../../layer/elf.ts';
import type { Inode } from './node.ts';
import type { EntryBody } from './read-layer.ts';

/** bytes of one file that may be in memory at once */
const mostHeld = 64 * 1024 * 1024;
/** bytes: no ELF header is longer */
const headerSize = 64;

/**
 * Reads a regular file's body to its end and keeps what there is to know of it: the body itself if `keep` says so, what a
 * shared object provides, and of all others nothing.
 */
export async function readFile(
  file: { size: number; mode: number },
  body: EntryBody,
  keep: boolean,
): Promise<Inode> {
  const bytes = await hold(body, file.size, keep ? () => true : isSharedObject);
  if (bytes === 'too large') {
    return { ...file, unread: `its ${file.size} bytes are more than the ${mostHeld} that are looked at` };
  }
  if (bytes === undefined) return { ...file };
  return keep ? { ...file, body: bytes } : { ...file, ...describe(bytes) };
}

/** The loader refuses to load any other file as a library, whatever its name. */
function isSharedObject(start: Buffer): boolean {
  return identifyElf(start)?.type === 'shared';
}

function describe(bytes: Buffer): Pick<Inode, 'library' | 'unread'> {
  const elf = parseElf(bytes);
  if (elf === undefined) return {};
  const { soname, machine, provides } = elf;
  return {
    library: { ...(soname === undefined ? {} : { soname }), class: elf.class, machine, versions: provides },
    ...(elf.problem === undefined ? {} : { unread: elf.problem }),
  };
}

/** The whole of `body` where its first bytes are `wanted`. It is read to its end in any case. */
async function hold(
  body: EntryBody,
  size: number,
  wanted: (start: Buffer) => boolean,
): Promise<Buffer | 'too large' | undefined> {
  const held: Buffer[] = [];
  let length = 0;
  let verdict: boolean | undefined;
  for await (const chunk of body) {
    if (verdict === false || !Buffer.isBuffer(chunk)) continue;
    if (verdict === undefined || size <= mostHeld) held.push(chunk);
    length += chunk.length;
    if (verdict === undefined && length >= headerSize) verdict = wanted(Buffer.concat(held));
  }
  verdict ??= wanted(Buffer.concat(held));
  if (!verdict) return undefined;
  return size > mostHeld ? 'too large' : Buffer.concat(held);
}
