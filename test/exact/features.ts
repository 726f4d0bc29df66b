import type { RawEntry } from '../droplet/raw-tar.ts';
import type { Archive } from './archives.ts';

/** What an archive may have, for a count that shows that no kind of them is missing. */
export const features: Record<string, (archive: Archive) => boolean> = {
  'a plain file': hasType('0'),
  'an old file': hasType('\0'),
  'a contiguous file': hasType('7'),
  'a directory': hasType('5'),
  'a hard link': hasType('1'),
  'a symbolic link': hasType('2'),
  'a fifo': hasType('6'),
  'a volume label': hasType('V'),
  'a global PAX header': hasType('g'),
  "GNU's long name": hasType('L'),
  "GNU's long target": hasType('K'),
  'the form of v7': hasEntry(({ dialect }) => dialect === 'v7'),
  'the form of ustar': hasEntry(({ dialect }) => dialect === 'ustar'),
  'the form of GNU tar': hasEntry(({ dialect, type }) => dialect === 'gnu' && type !== 'L' && type !== 'K'),
  'a prefix': hasEntry(({ prefix }) => prefix !== undefined && prefix.length > 100),
  'a binary owner': hasEntry(({ uid }) => typeof uid === 'string' && uid.startsWith('\x80')),
  'a binary time before 1970': hasEntry(({ mtime }) => typeof mtime === 'string' && mtime.startsWith('\xff')),
  'a PAX path': says(/\d path=/),
  'a PAX link path': says(/\d linkpath=/),
  'a PAX path twice': says(/ path=.*\n\d+ path=/s),
  'a PAX size': says(/\d size=[1-9]/),
  'a PAX owner beyond octal': says(/\d uid=\d{8,}/),
  'a time with a fraction': says(/\d mtime=\d+\.\d*[1-9]/),
  'a time before 1970 with a fraction': says(/\d mtime=-\d+\.\d*[1-9]/),
  'an attribute': says(/\d SCHILY\.xattr\.user\./),
  'a trusted attribute': says(/\d SCHILY\.xattr\.trusted\.x=/),
  capabilities: says(/\d SCHILY\.xattr\.security\.capability=[^n]/),
  'a binary value': says(/\d SCHILY\.xattr\.[^=]*=\0\xff\n=\n/),
  'a record of somebody else': says(/\d VENDOR\.x=/),
  'a name with a line feed': hasEntry(({ name }) => name?.includes('\n') === true),
  'a name that is no UTF-8': hasEntry(({ name }) =>
    Buffer.from(name ?? '', 'latin1')
      .toString()
      .includes('\ufffd'),
  ),
  'a long path': says(/^\d{4}|(?:^|\n)(?:2[6-9]\d|[3-9]\d\d) path=/),
  'several gzip members': ({ members }) => members.length > 0,
  'zeros behind the archive': ({ tail }) => tail !== '',
  'zeros behind the gzip data': ({ behind }) => behind !== '',
  'single bytes to unpack': ({ packed }) => packed.includes(1),
  'single bytes to rewrite': ({ chunks }) => chunks.includes(1),
  'more than 256 KiB to rewrite': ({ chunks }) => chunks.some((size) => size > 262_144),
  'more than 1 MiB of content': hasEntry(({ body }) => body !== undefined && body.length > 1_048_576),
};

function hasEntry(matches: (entry: RawEntry) => boolean): (archive: Archive) => boolean {
  return ({ entries }) => entries.some(matches);
}

function hasType(type: string): (archive: Archive) => boolean {
  return hasEntry((entry) => entry.type === type);
}

function says(record: RegExp): (archive: Archive) => boolean {
  return hasEntry(({ type, body }) => type === 'x' && record.test(String(body)));
}
