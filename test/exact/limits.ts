import { dirname } from 'node:path';
import { isNear, isNow, nanoseconds, octal, permissions, said, sets, wrapped } from './fields.ts';
import type { Answer, Difference, Entry } from './unpacker.ts';

/** What a client does otherwise than the layer says. */
type Limit = {
  name: string;
  /** without it, all of them */
  client?: Difference['client'];
  why: string;
  /** Whether this is what came of a field that should be `wanted`. */
  matches: (wanted: string, difference: Difference, answer: Answer) => boolean;
};

const epoch = '0+000000000';
const isOutOfRange = (time: string): boolean => time.startsWith('-') || wrapped(time) !== nanoseconds(time);

/** The first one that matches counts. */
export const limits = [
  {
    name: 'setgid',
    why: 'Linux hands the setgid bit of a directory down to one that is made in it, and GNU tar leaves it there.',
    matches: (wanted, { field, layer }) =>
      field === 'mode' &&
      permissions(wanted) === permissions(layer) &&
      (octal(wanted) ^ octal(layer)) === 0o2000,
  },
  {
    name: 'tenth digit',
    why: 'Of a time before 1970 with more than nine digits behind the point, GNU tar rounds down and Go cuts off.',
    matches: (wanted, { field, layer }) =>
      field === 'mtime' && wanted.startsWith('-') && isNear(nanoseconds(wanted), nanoseconds(layer)),
  },
  {
    name: 'late entry in the layer',
    client: 'tar',
    why: 'What is said of late entries is so of the layer, too. A fifo that is left out is one reason less to wait.',
    matches: (_, { field, droplet, layer }, { differences }) =>
      field === 'mtime' &&
      isNow(layer) &&
      (isNow(droplet) || differences.some((other) => other.droplet === 'fifo')),
  },
  {
    name: 'escaped attribute',
    why: 'GNU tar undoes `%3D` and `%25` in the names of attributes; containerd and umoci do not.',
    matches: (_, { client, field }) => client !== 'tar' && /^xattr .*[%=]/s.test(field),
  },
  {
    name: 'containerd times',
    client: 'containerd',
    why: 'Times before 1970 and after 2262 become 1970.',
    matches: (wanted, { field, layer }) => field === 'mtime' && layer === epoch && isOutOfRange(wanted),
  },
  {
    name: 'containerd trusted',
    client: 'containerd',
    why: 'Attributes of the namespace `trusted` are not set.',
    matches: (_, { field, layer }) => field.startsWith('xattr trusted.') && layer === '',
  },
  {
    name: 'containerd hard link',
    client: 'containerd',
    why: 'A file gets what the last hard link to it says of owner, mode, time and attributes.',
    matches: (_, { client, field, layer }, answer) =>
      answer.differences.some(
        (other) =>
          other.client === client &&
          other.field === field &&
          other.layer === layer &&
          (answer.layer[other.path] ?? []).some((entry) => entry.type === '1' && makes(entry, field, layer)),
      ),
  },
  {
    name: 'umoci times',
    client: 'umoci',
    why: 'Times wrap around in 1677 and 2262.',
    matches: (wanted, { field, layer }) =>
      field === 'mtime' &&
      wrapped(wanted) !== nanoseconds(wanted) &&
      isNear(wrapped(wanted), nanoseconds(layer)),
  },
  {
    name: 'umoci parent',
    client: 'umoci',
    why: 'A directory in which another has to be made that no entry named before gets the time of that.',
    matches: (_, { path, field, layer }, { made }) =>
      field === 'mtime' && isNow(layer) && made.some((directory) => dirname(directory) === path),
  },
  {
    name: 'umoci empty attribute',
    client: 'umoci',
    why: 'Attributes without a value are not set.',
    matches: (_, { field, droplet, layer }) => field.startsWith('xattr ') && droplet === '0x' && layer === '',
  },
] as const satisfies Limit[];

/** Whether a field is what a hard link's entry makes of it, in hands that apply it. */
function makes(entry: Entry, field: string, layer: string): boolean {
  if (field === 'mtime') return layer === (isOutOfRange(entry.mtime) ? epoch : entry.mtime);
  if (!field.startsWith('xattr ')) return layer === said(entry, field);
  // A change of the owner takes capabilities away.
  return sets(entry, field) || (field === 'xattr security.capability' && layer === '');
}
