import { Breach } from './breach.ts';
import { parseEntryName, requireLength, type EntryName } from './entry-name.ts';
import type { Extension } from './extensions.ts';
import { paxValue } from '../layer/pax.ts';
import type { Limits } from './rules.ts';
import { readName, readNumber, readText } from '../layer/tar-header.ts';

/** Types that a layer can hold, and the fifo, which is left out. */
type EntryType = 'file' | 'hardlink' | 'symlink' | 'directory' | 'fifo';

/** What header and extensions say together, read as every tar program reads it. */
export type Entry = {
  type: EntryType;
  name: EntryName;
  /** of the body, in bytes */
  size: number;
  /** target of a link, one character a byte; empty for others */
  link: string;
};

/** The name as it stands in the archive, one character a byte. */
export function rawName(block: Buffer, { longName, pax }: Extension): string {
  return longName ?? paxValue(pax, 'path') ?? readName(block);
}

/** The size as it holds, in bytes. */
export function sizeOf(block: Buffer, { pax }: Extension): number {
  const size = paxValue(pax, 'size');
  return size === undefined ? readNumber(block, 'size') : Number(size);
}

/** Seconds since the epoch, without the fraction. */
export function mtimeOf(block: Buffer, { pax }: Extension): number {
  const mtime = paxValue(pax, 'mtime');
  return mtime === undefined ? readNumber(block, 'mtime') : Math.floor(Number(mtime));
}

/**
 * @throws Breach for what is no entry of a layer: `type`, `device`, `sparse`, `multi-volume`, `ambiguous`, `symlink`, and
 *   what parseEntryName throws
 */
export function readEntry(block: Buffer, extension: Extension, limits: Limits): Entry {
  requireOneForm(extension);
  const flag = readText(block, 'typeflag');
  const known = typeOf(flag);
  const raw = rawName(block, extension);
  const name = parseEntryName(raw, 'name', limits);
  const type = flag === '\0' && raw.endsWith('/') ? 'directory' : known;
  if (name.slash && type !== 'directory') {
    throw new Breach('ambiguous', `a ${type} has a name that ends in a slash, as only directories have`);
  }
  const size = sizeOf(block, extension);
  if (type !== 'file' && (size !== 0 || readNumber(block, 'size') !== 0)) {
    throw new Breach('ambiguous', `a ${type} has a size, and readers differ on whether a body follows`);
  }
  return { type, name, size, link: linkOf(block, extension, type, limits) };
}

/** GNU tar prefers the PAX record, Go the long name. */
function requireOneForm({ longName, longLink, pax }: Extension): void {
  const twice =
    (longName !== undefined && paxValue(pax, 'path') !== undefined) ||
    (longLink !== undefined && paxValue(pax, 'linkpath') !== undefined);
  if (twice) throw new Breach('ambiguous', 'both a PAX record and a GNU header give a long name');
}

function typeOf(flag: string): EntryType {
  switch (flag) {
    case '0':
    case '7':
    case '\0':
      return 'file';
    case '1':
      return 'hardlink';
    case '2':
      return 'symlink';
    case '5':
      return 'directory';
    case '6':
      return 'fifo';
    case '3':
    case '4':
      throw new Breach('device', `the entry is a ${flag === '3' ? 'character' : 'block'} device`);
    case 'S':
      throw new Breach('sparse', 'the entry is a sparse file: make the archive without --sparse');
    case 'M':
      throw new Breach('multi-volume', 'the entry goes on from another volume');
    default:
      throw new Breach('type', `the type ${JSON.stringify(flag)} is unknown`);
  }
}

function linkOf(block: Buffer, { longLink, pax }: Extension, type: EntryType, limits: Limits): string {
  if (type !== 'hardlink' && type !== 'symlink') return '';
  const link = longLink ?? paxValue(pax, 'linkpath') ?? readText(block, 'linkname');
  if (type === 'symlink' && link === '') throw new Breach('symlink', 'the target is empty');
  requireLength(link, 'target', limits);
  return link;
}
