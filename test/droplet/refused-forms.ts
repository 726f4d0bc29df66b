import { base256, gnuLong, pax, rawEntry, rawTar, type RawEntry } from './raw-tar.ts';
import type { Refused } from './refused.ts';

const file = (name: string, more: RawEntry = {}): RawEntry => ({ name, body: 'x', ...more });
const link = (name: string, target: string): RawEntry => ({ name, type: '2', link: target });
const directory = (name: string): RawEntry => ({ name, type: '5' });
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);
const root = directory('./');

/** Archives that are no proper archives, or hold what no layer can. */
export const refusedForms: Refused[] = [
  { rule: 'truncated', what: 'nothing at all', tar: zeros(0), offset: 0 },
  { rule: 'truncated', what: 'a part of a header', tar: zeros(100), offset: 100 },
  { rule: 'truncated', what: 'no end of archive', tar: rawEntry(file('a')), offset: 1024 },
  {
    rule: 'truncated',
    what: 'one zero block',
    tar: Buffer.concat([rawEntry(file('a')), zeros(512)]),
    offset: 1536,
  },
  {
    rule: 'truncated',
    what: 'one zero block in the middle',
    tar: Buffer.concat([rawEntry(file('a')), zeros(512), rawTar(file('b'))]),
    offset: 1536,
  },
  {
    rule: 'truncated',
    what: 'an end within a body',
    tar: rawEntry(file('a', { size: 5000 })),
    entry: 'a',
    offset: 0,
  },
  {
    rule: 'truncated',
    what: 'an end within padding',
    tar: rawEntry(file('a')).subarray(0, 600),
    entry: 'a',
    offset: 0,
  },
  {
    rule: 'trailing',
    what: 'a second archive',
    tar: Buffer.concat([rawTar(file('a')), rawTar(file('b'))]),
    offset: 2048,
  },
  {
    rule: 'trailing',
    what: 'garbage behind zeros',
    tar: Buffer.concat([rawTar(file('a')), zeros(700), Buffer.from('x')]),
    offset: 2748,
  },
  { rule: 'checksum', what: 'a wrong checksum', tar: rawTar(file('a', { checksum: 'wrong' })), offset: 0 },
  { rule: 'number', what: 'a size that is no number', tar: rawTar(file('a', { size: '12x' })) },
  { rule: 'number', what: 'a negative size', tar: rawTar(file('a', { size: '\xff'.repeat(12) })) },
  { rule: 'number', what: 'a size over 2^53', tar: rawTar(file('a', { size: `\x80${'\x7f'.repeat(11)}` })) },
  {
    rule: 'number',
    what: 'base-256 with another first byte',
    tar: rawTar(file('a', { uid: '\x81\0\0\0\0\0\0\0' })),
  },
  { rule: 'number', what: 'a negative uid', tar: rawTar(file('a', { uid: '\xff'.repeat(8) })) },
  { rule: 'number', what: 'digits behind a NUL', tar: rawTar(file('a', { size: '\0\0\x0012' })) },
  {
    rule: 'number',
    what: 'device numbers that cannot be read',
    tar: rawTar(file('a', { bytes: { 329: 'x' } })),
  },
  {
    rule: 'number',
    what: 'a GNU access time that cannot be read',
    tar: rawTar(file('a', { dialect: 'gnu', prefix: 'dir' })),
  },
  { rule: 'number', what: 'a PAX size with a sign', tar: rawTar(pax(['size', '+1']), file('a')) },
  { rule: 'number', what: 'a PAX uid over 2^53', tar: rawTar(pax(['uid', '9007199254740992']), file('a')) },
  { rule: 'number', what: 'a uid over 2^32 - 2', tar: rawTar(file('a', { uid: base256(2 ** 32 - 1, 8) })) },
  { rule: 'number', what: 'a PAX gid over 2^32 - 2', tar: rawTar(pax(['gid', '4294967295']), file('a')) },
  { rule: 'number', what: 'a PAX time in words', tar: rawTar(pax(['mtime', 'now']), file('a')) },
  {
    rule: 'pax',
    what: 'a record longer than its header',
    tar: rawTar({ type: 'x', body: '99 a=b\n' }, file('a')),
  },
  { rule: 'pax', what: 'a record with a NUL in path', tar: rawTar(pax(['path', 'a\0b']), file('a')) },
  {
    rule: 'attribute',
    what: 'an attribute without a name',
    tar: rawTar(pax(['SCHILY.xattr.', 'x']), file('a')),
  },
  {
    rule: 'attribute',
    what: 'an attribute that is a namespace',
    tar: rawTar(pax(['SCHILY.xattr.user.', 'x']), file('a')),
  },
  {
    rule: 'attribute',
    what: 'an attribute with a long name',
    tar: rawTar(pax([`SCHILY.xattr.user.${'x'.repeat(251)}`, '']), file('a')),
  },
  {
    rule: 'attribute',
    what: 'an attribute with a large value',
    tar: rawTar(pax(['SCHILY.xattr.user.x', 'x'.repeat(65_537)]), file('a')),
  },
  {
    rule: 'global',
    what: 'a global path',
    tar: rawTar({ ...pax(['path', 'x']), type: 'g' }, file('a')),
    offset: 0,
  },
  { rule: 'global', what: 'a global link path', tar: rawTar({ ...pax(['linkpath', 'x']), type: 'g' }) },
  { rule: 'global', what: 'a global size', tar: rawTar({ ...pax(['size', '1']), type: 'g' }, file('a')) },
  {
    rule: 'global',
    what: 'a global sparse map',
    tar: rawTar({ ...pax(['GNU.sparse.map', '1']), type: 'g' }),
  },
  {
    rule: 'global',
    what: 'a global attribute',
    tar: rawTar({ ...pax(['SCHILY.xattr.user.x', 'y']), type: 'g' }, file('a')),
  },
  {
    rule: 'global',
    what: 'a global header that is silent on what the one before said',
    tar: rawTar({ ...pax(['mtime', '1']), type: 'g' }, { ...pax(['uid', '1']), type: 'g' }, file('a')),
    offset: 1024,
  },
  { rule: 'ambiguous', what: 'a file with a trailing slash', tar: rawTar(file('a/')), entry: 'a/' },
  { rule: 'ambiguous', what: 'a file whose name ends in a dot', tar: rawTar(file('a/.')) },
  { rule: 'ambiguous', what: 'a directory with a size', tar: rawTar({ ...directory('a/'), size: 3 }) },
  {
    rule: 'ambiguous',
    what: 'an old file that ends in a dot',
    tar: rawTar(file('a/.', { type: '\0', body: '' })),
  },
  {
    rule: 'ambiguous',
    what: 'a long link that ends in its padding',
    tar: rawTar({ ...gnuLong('K', 'abc'), size: 1 }, link('b', 'a')),
  },
  { rule: 'ambiguous', what: 'an old directory with a size', tar: rawTar(file('a/', { type: '\0' })) },
  { rule: 'ambiguous', what: 'a link with a PAX size', tar: rawTar(pax(['size', '3']), link('a', 'b')) },
  { rule: 'ambiguous', what: 'two PAX headers', tar: rawTar(pax(['a', 'b']), pax(['c', 'd']), file('a')) },
  { rule: 'ambiguous', what: 'two long names', tar: rawTar(gnuLong('L', 'a'), gnuLong('L', 'b'), file('a')) },
  {
    rule: 'ambiguous',
    what: 'two kinds of long name',
    tar: rawTar(gnuLong('L', 'a'), pax(['path', 'b']), file('a')),
  },
  {
    rule: 'ambiguous',
    what: 'two kinds of long link',
    tar: rawTar(gnuLong('K', 'a'), pax(['linkpath', 'b']), link('a', 'c')),
  },
  { rule: 'ambiguous', what: 'a PAX header before the end', tar: rawTar(file('a'), pax(['path', 'b'])) },
  { rule: 'ambiguous', what: "star's own headers", tar: rawTar(file('a', { bytes: { 508: 'tar\0' } })) },
  {
    rule: 'type',
    what: 'an unknown type',
    tar: rawTar(root, file('a', { type: 'Q' })),
    entry: 'a',
    offset: 512,
  },
  { rule: 'type', what: "GNU's dump of a directory", tar: rawTar(file('a', { type: 'D' })) },
  { rule: 'device', what: 'a character device', tar: rawTar({ name: 'null', type: '3' }), entry: 'null' },
  { rule: 'device', what: 'a block device', tar: rawTar({ name: 'sda', type: '4' }) },
  { rule: 'sparse', what: 'a GNU sparse file', tar: rawTar(file('a', { type: 'S', dialect: 'gnu' })) },
  { rule: 'sparse', what: 'a PAX sparse file', tar: rawTar(pax(['GNU.sparse.major', '1']), file('a')) },
  {
    rule: 'multi-volume',
    what: 'a part of a GNU file',
    tar: rawTar(file('a', { type: 'M', dialect: 'gnu' })),
  },
  {
    rule: 'multi-volume',
    what: 'a part of a PAX file',
    tar: rawTar(pax(['GNU.volume.offset', '5']), file('a')),
  },
];
