import * as fc from 'fast-check';
import { weighted } from './weighted.ts';

/** A name and a value, or a key and a value, one character a byte. */
export type Pair = [name: string, value: string];

/** What Linux takes for a set of capabilities: version 2, and CAP_NET_BIND_SERVICE. */
const capability = `\x01\0\0\x02\0\x04${'\0'.repeat(14)}`;
const value = weighted(
  [5, fc.constantFrom('', 'text', '\0', '\0\xff\n=\n', 'v'.repeat(3000))],
  [5, fc.uint8Array({ maxLength: 60 }).map((found) => Buffer.from(found).toString('latin1'))],
);
const valued = (...names: string[]): fc.Arbitrary<Pair> => fc.tuple(fc.constantFrom(...names), value);

/** An extended attribute. */
export const attribute: fc.Arbitrary<Pair> = weighted<Pair>(
  [5, valued('user.text', 'user.binary', 'user.a b', 'user.\xc3\xbc', 'user.\xff\n')],
  [2, valued('trusted.x', 'security.x', 'user.a%3Db', 'user.a%25b', 'user.a%b')],
  [2, fc.constant<Pair>(['security.capability', capability])],
  [1, valued('user.overlay.opaque', 'trusted.overlay.whiteout', 'user.overlayed')],
);

/** Any other record that says nothing that clients use. */
export const record: fc.Arbitrary<Pair> = weighted<Pair>(
  [
    3,
    fc.tuple(
      fc.constantFrom('comment', 'VENDOR.x', 'LIBARCHIVE.creationtime', 'SCHILY.dev', 'hdrcharset'),
      fc.constantFrom('', 'x', 'BINARY', 'ISO-IR 10646 2000 UTF-8'),
    ),
  ],
  [3, fc.tuple(fc.constantFrom('atime', 'ctime'), fc.constantFrom('1', '-1.5', '1700000000.123456789'))],
  [3, fc.tuple(fc.constantFrom('uname', 'gname'), fc.constantFrom('', 'vcap', 'g\xfc', 'u'.repeat(300)))],
  [1, fc.constant<Pair>(['SCHILY.acl.access', 'user::rwx,user:1000:rw-'])],
  [1, fc.constant<Pair>(['LIBARCHIVE.xattr.user.y', 'eA'])],
);
