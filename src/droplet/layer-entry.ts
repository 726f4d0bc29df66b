import { Breach } from './breach.ts';
import type { Entry } from './entry.ts';
import type { EntryName } from './entry-name.ts';
import type { Extension } from './extensions.ts';
import { formatPax, paxRecord, paxValue, type PaxRecord } from '../layer/pax.ts';
import * as header from '../layer/tar-header.ts';

/** Where a droplet lies in the image. `home/` belongs to the rootfs. */
const layerRoot = 'home/vcap/';

/** Who every entry belongs to. */
export type Owner = { uid: number; gid: number; name: string };

export type EntryOptions = { owner: Owner | 'preserve'; special: 'strip' | 'keep'; maxPaxBytes: number };

/** An entry on its way into the layer: how it came, what it means, and where it leads if it is a hard link. */
export type LayerEntry = {
  block: Buffer;
  extension: Extension;
  entry: Entry;
  target: EntryName | undefined;
};

/** An entry's headers while they are edited. */
type Draft = {
  block: Buffer;
  pax: PaxRecord[];
  longName: string | undefined;
  longLink: string | undefined;
};

/** The three places that a name or a link target can have. */
type Place = {
  key: 'path' | 'linkpath';
  long: 'longName' | 'longLink';
  write: (block: Buffer, text: string) => boolean;
};
const namePlace: Place = { key: 'path', long: 'longName', write: writeName };
const linkPlace: Place = { key: 'linkpath', long: 'longLink', write: writeLink };

/**
 * Edits the header block of an entry in place, where something has to change for the layer, and gives the extended headers
 * that come before it, which are none for most entries.
 * @param dropped hears the names of extended attributes that are left out for what they would do to overlayfs
 */
export function editHeaders(
  { block, extension, entry, target }: LayerEntry,
  options: EntryOptions,
  dropped: (attribute: string) => void,
): Buffer[] {
  const { pax, longName, longLink, blocks } = extension;
  const draft: Draft = { block, pax: keptRecords(pax, options, dropped), longName, longLink };
  if (entry.type === 'file' || entry.type === 'directory') {
    header.writeText(block, 'typeflag', entry.type === 'file' ? '0' : '5');
  }
  setNumber(block, 'size', entry.size);
  setMode(block, entry, options);
  if (options.owner !== 'preserve') setOwner(block, options.owner);
  setText(draft, namePlace, reRooted(entry.name));
  if (target !== undefined) setText(draft, linkPlace, reRooted(target));
  header.seal(block);
  return [
    ...extended('x', blocks.x, formatPax(draft.pax), options),
    ...extended('K', blocks.K, terminated(draft.longLink), options),
    ...extended('L', blocks.L, terminated(draft.longName), options),
  ];
}

/** The header of `home/vcap/` for a droplet that has none of its own. */
export function rootHeader(owner: Owner): Buffer {
  const block = header.newHeader('5', layerRoot);
  header.writeNumber(block, 'mode', rootMode);
  setOwner(block, owner);
  header.seal(block);
  return block;
}

const rootMode = 0o755;
const setuidAndSetgid = 0o6000;
const ownerKeys = new Set(['uid', 'gid', 'uname', 'gname']);

function keptRecords(
  records: readonly PaxRecord[],
  { owner, special }: EntryOptions,
  dropped: (attribute: string) => void,
): PaxRecord[] {
  return records.filter(({ key }) => {
    if (owner !== 'preserve' && ownerKeys.has(key)) return false;
    const attribute = attributeOf(key);
    if (attribute === undefined) return true;
    if (special === 'strip' && attribute === 'security.capability') return false;
    const overlay = /^(?:trusted|user)\.overlay\./.test(attribute);
    if (overlay) dropped(attribute);
    return !overlay;
  });
}

/** The extended attribute that a record sets. libarchive writes it in URL form. */
function attributeOf(key: string): string | undefined {
  const [, schily, libarchive] = /^(?:SCHILY\.xattr\.(.*)|LIBARCHIVE\.xattr\.(.*))$/s.exec(key) ?? [];
  return (
    schily ??
    libarchive?.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
  );
}

function setMode(block: Buffer, { name }: Entry, { special }: EntryOptions): void {
  const mode = header.readNumber(block, 'mode');
  if (name.parts.length === 0) setNumber(block, 'mode', rootMode);
  else if (special === 'strip') setNumber(block, 'mode', mode - (mode & setuidAndSetgid));
}

function setOwner(block: Buffer, { uid, gid, name }: Owner): void {
  setNumber(block, 'uid', uid);
  setNumber(block, 'gid', gid);
  if (header.dialectOf(block) === 'v7') return;
  header.writeText(block, 'uname', name);
  header.writeText(block, 'gname', name);
}

/** A number that is the same stays in the form that it has. */
function setNumber(block: Buffer, field: header.NumberField, value: number): void {
  if (header.readNumber(block, field) !== value) header.writeNumber(block, field, value);
}

function reRooted({ parts, slash }: EntryName): string {
  return layerRoot + parts.join('/') + (slash && parts.length > 0 ? '/' : '');
}

/**
 * A text keeps the form that it has; one that grows out of its header field gets a PAX record where the entry is POSIX's
 * or has records already, else GNU's long form. The field then holds its start, for readers that know neither.
 */
function setText(draft: Draft, { key, long, write }: Place, text: string): void {
  const fits = write(draft.block, text);
  if (paxValue(draft.pax, key) !== undefined) draft.pax = replaced(draft.pax, paxRecord(key, text));
  else if (draft[long] !== undefined) draft[long] = text;
  else if (fits) return;
  else if (draft.pax.length > 0 || header.dialectOf(draft.block) === 'ustar')
    draft.pax.push(paxRecord(key, text));
  else draft[long] = text;
}

function writeName(block: Buffer, name: string): boolean {
  const fits = header.writeName(block, name);
  if (!fits) header.writeNameStart(block, name);
  return fits;
}

function writeLink(block: Buffer, target: string): boolean {
  header.writeText(block, 'linkname', target);
  return header.readText(block, 'linkname') === target;
}

/** Readers disagree on which of two records counts, so only one stays. */
function replaced(records: PaxRecord[], record: PaxRecord): PaxRecord[] {
  const last = records.findLastIndex(({ key }) => key === record.key);
  return records.flatMap((old, at) => (at === last ? record : old.key === record.key ? [] : old));
}

function terminated(text: string | undefined): string {
  return text === undefined ? '' : `${text}\0`;
}

/** An extended header and its body, or nothing where it has nothing to say. */
function extended(
  type: 'x' | 'L' | 'K',
  original: Buffer | undefined,
  body: string,
  { maxPaxBytes }: EntryOptions,
): Buffer[] {
  if (body === '') return [];
  if (body.length > maxPaxBytes) {
    throw new Breach(
      'pax-bytes',
      `an extended header grows to ${body.length} bytes, over the bound of ${maxPaxBytes}`,
    );
  }
  const block = Buffer.from(
    original ?? header.newHeader(type, type === 'x' ? '././@PaxHeader' : '././@LongLink'),
  );
  setNumber(block, 'size', body.length);
  header.seal(block);
  return [block, Buffer.from(body, 'latin1'), Buffer.alloc(header.paddingOf(body.length))];
}
