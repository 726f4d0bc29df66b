import * as fc from 'fast-check';
import { base256, gnuLong, pax, type RawEntry } from '../droplet/raw-tar.ts';
import type { Meta } from './meta.ts';
import { rarely } from './weighted.ts';

/** What an archive says of one file. Texts hold one character a byte. */
export type Member = { type: string; name: string; link: string; body: string; meta: Meta };

/** How it says so. */
export type Form = {
  dialect: 'v7' | 'ustar' | 'gnu';
  /** Whether a PAX header may precede the entry. */
  pax: boolean;
  /** What long names and targets stand in. */
  long: 'pax' | 'gnu';
  /** Names, times and owners stand in extended headers even where the entry's own has room. */
  spoken: boolean;
  /** Numbers have zeros or blanks before them, one less digit and a blank behind, fill their field, or are binary. */
  numbers: 'zeros' | 'blanks' | 'short' | 'full' | 'binary';
  prefix: boolean;
  /** Before what a PAX header says, it says something else of the same. */
  twice: boolean;
};

const own = fc.record({
  dialect: fc.constantFrom('v7', 'ustar', 'gnu'),
  pax: fc.boolean(),
  long: fc.constantFrom('pax', 'gnu'),
  spoken: rarely(20, fc.constant(true), false),
  numbers: rarely(20, fc.constantFrom('blanks', 'short', 'full', 'binary'), 'zeros'),
  prefix: fc.boolean(),
  twice: rarely(10, fc.constant(true), false),
});

/** As the usual programs write them, or mixed. */
export const form: fc.Arbitrary<Form> = fc
  .tuple(fc.constantFrom('v7', 'ustar', 'gnu', 'pax', 'pax', 'mixed'), own)
  .map(([kind, rest]) => {
    if (kind === 'mixed') return rest;
    if (kind === 'pax') return { ...rest, dialect: 'ustar', pax: true, long: 'pax' };
    return { ...rest, dialect: kind, pax: false, long: kind === 'gnu' ? 'gnu' : 'pax' };
  });

/** The entry, and the extended headers that it needs before it. */
export function entriesOf(member: Member, how: Form): RawEntry[] {
  const { type, link, body, meta } = member;
  const records: [string, string][] = [];
  const headers: RawEntry[] = [];
  const placed = placedName(member.name, how);
  for (const [text, enough, key, letter] of [
    [member.name, placed !== undefined, 'path', 'L'],
    [link, link.length <= 100, 'linkpath', 'K'],
  ] as const) {
    if (text === '' || (enough && !how.spoken)) continue;
    if (how.long === 'gnu') headers.push(gnuLong(letter, text));
    else records.push([key, text]);
  }
  if (how.pax) records.push(...told(meta, body.length, how));
  if (how.twice) records.unshift(...decoys.filter(([key]) => records.some(([known]) => known === key)));
  if (records.length > 0) headers.push(pax(...records));
  return [
    ...headers,
    {
      ...(placed ?? { name: member.name.slice(0, 100).replace(/\/+$/, '') }),
      type,
      body,
      link: link.slice(0, 100),
      dialect: how.dialect,
      uname: meta.uname,
      gname: meta.gname,
      mode: number(meta.mode, 8, how),
      uid: number(meta.uid, 8, how),
      gid: number(meta.gid, 8, how),
      size: number(how.pax && how.spoken && how.prefix ? 0 : body.length, 12, how),
      mtime: number(meta.seconds, 12, how),
    },
  ];
}

const decoys: [string, string][] = [
  ['path', './decoy'],
  ['linkpath', 'decoy'],
  ['size', '1'],
  ['uid', '1'],
  ['gid', '1'],
  ['mtime', '1.5'],
];

/** Where a name stands in the header itself, if it has room there. */
function placedName(name: string, { dialect, prefix }: Form): Pick<RawEntry, 'name' | 'prefix'> | undefined {
  if (dialect !== 'ustar' || (name.length <= 100 && !prefix))
    return name.length <= 100 ? { name } : undefined;
  const split = name.slice(0, 156).lastIndexOf('/', name.length - 2);
  if (split > 0 && name.length - split - 1 <= 100)
    return { prefix: name.slice(0, split), name: name.slice(split + 1) };
  return name.length <= 100 ? { name } : undefined;
}

/** The records of a PAX header, names apart. */
function told(meta: Meta, size: number, { spoken }: Form): [string, string][] {
  const { uid, gid, seconds, fraction, attributes } = meta;
  const records: [string, string][] = [];
  if (spoken) records.push(['size', String(size)]);
  if (spoken || !fits(uid, 8)) records.push(['uid', String(uid)]);
  if (spoken || !fits(gid, 8)) records.push(['gid', String(gid)]);
  if (spoken || fraction !== '' || !fits(seconds, 12)) records.push(['mtime', `${seconds}${fraction}`]);
  const named = attributes.map(([name, value]): [string, string] => [`SCHILY.xattr.${name}`, value]);
  return [...records, ...named, ...meta.records];
}

/** A number in its field: where it has no room there, a record may say it, and the field says 0. */
function number(value: number, length: 8 | 12, { numbers, pax: recorded }: Form): string {
  if (numbers === 'binary') return base256(value, length);
  const digits = value.toString(8);
  if (value >= 0 && numbers === 'full' && digits.length <= length) return digits.padStart(length, '0');
  if (!fits(value, length)) return recorded ? '0' : base256(value, length);
  if (numbers === 'blanks') return `${digits.padStart(length - 1, ' ')}\0`;
  if (numbers === 'short' && digits.length <= length - 2) return `${digits.padStart(length - 2, '0')} \0`;
  return `${digits.padStart(length - 1, '0')}\0`;
}

/** In octal, with a NUL behind. */
function fits(value: number, length: number): boolean {
  return value >= 0 && value.toString(8).length < length;
}
