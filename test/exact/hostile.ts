import * as fc from 'fast-check';
import { gnuLong, pax, type RawEntry } from '../droplet/raw-tar.ts';

/** Something done to the entries of an archive; `at` chooses where. */
type Blow = (entries: RawEntry[], at: number) => RawEntry[];

const onEntry =
  (change: (entry: RawEntry) => RawEntry[]): Blow =>
  (entries, at) =>
    entries.flatMap((entry, index) => (index === at % entries.length ? change(entry) : [entry]));
const set = (more: RawEntry): Blow => onEntry((entry) => [{ ...entry, ...more }]);
const before = (...more: RawEntry[]): Blow => onEntry((entry) => [...more, entry]);
const after = (...more: RawEntry[]): Blow => onEntry((entry) => [entry, ...more]);

const names = [
  '',
  '/etc/passwd',
  '../x',
  'a/../b',
  '.wh.a',
  'app/.wh..wh..opq',
  '.',
  './',
  'a',
  'app/x',
  'a/',
  'b/.',
  '\0x',
];
const targets = ['', 'a', './app', '/a', '../a', 'x/', '.wh.a', 'missing'];
const types = ['3', '4', 'S', 'M', 'D', 'N', 'A', '8', 'x', '0', '1', '2', '5', '6', '7', '\0', '\xff', ' '];
const records: [string, string][] = [
  ['GNU.sparse.major', '1'],
  ['GNU.sparse.map', '0,1'],
  ['GNU.sparse.name', 'a'],
  ['GNU.volume.offset', '5'],
  ['GNU.dumpdir', 'Ya\0\0'],
  ['path', ''],
  ['path', 'a\0b'],
  ['path', '../a'],
  ['linkpath', ''],
  ['size', '3'],
  ['size', '+1'],
  ['uid', '4294967295'],
  ['uid', '4294967296'],
  ['gid', '9007199254740992'],
  ['mtime', 'now'],
  ['mtime', '1e9'],
  ['mtime', ' 1'],
  ['mtime', '1,5'],
  ['SCHILY.xattr.', 'x'],
  ['SCHILY.xattr.user.', 'x'],
  ['SCHILY.xattr.nonsense', 'x'],
  ['SCHILY.xattr.security.capability', 'nonsense'],
  ['SCHILY.xattr.system.posix_acl_access', 'nonsense'],
  ['SCHILY.realsize', '7'],
];

const blow: fc.Arbitrary<Blow> = fc.oneof(
  // Any byte of a header, and the checksum is right again.
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.oneof(fc.nat(511), fc.integer({ min: 100, max: 160 }), fc.integer({ min: 257, max: 345 })),
        fc.nat(255),
      )
      .map(([at, byte]) =>
        onEntry((entry) => [{ ...entry, bytes: { ...entry.bytes, [at]: String.fromCharCode(byte) } }]),
      ),
  },
  // Any byte of a body: that of a PAX header is the one that counts.
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(999), fc.nat(255)).map(([place, byte]) =>
      onEntry((entry) => {
        const bytes = Buffer.from(String(entry.body ?? ''), 'latin1');
        bytes[Math.floor((place * bytes.length) / 1000)] = byte;
        return [{ ...entry, body: bytes.toString('latin1') }];
      }),
    ),
  },
  { weight: 2, arbitrary: fc.constantFrom(...names).map((name) => set({ name, prefix: '' })) },
  { weight: 1, arbitrary: fc.constantFrom(...targets).map((link) => set({ link })) },
  { weight: 3, arbitrary: fc.constantFrom(...types).map((type) => set({ type })) },
  { weight: 3, arbitrary: fc.constantFrom(...records).map((record) => before(pax(record))) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...records).map((record) => before({ ...pax(record), type: 'g' })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      before({ name: 'device', type: '3' }),
      before({
        name: 'sparse',
        type: 'S',
        dialect: 'gnu',
        body: 'x',
        bytes: { 386: '00000000000 00000000001 ', 483: '00000000001 ' },
      }),
      before({ name: 'volume', type: 'M', dialect: 'gnu', body: 'x' }),
      before({ name: 'link', type: '2', link: 'a' }, { name: 'link/x', type: '0' }),
      before({ name: 'file', type: '0' }, { name: 'file/x', type: '5' }),
      before({ name: 'here', type: '2', link: '/' }, { name: 'again', type: '1', link: 'here/x' }),
      before({ name: 'early', type: '1', link: 'later' }, { name: 'later' }),
      before({ name: 'link', type: '2', link: '' }),
      before({ name: '', type: '0' }),
      before(gnuLong('L', 'a')),
      before(gnuLong('K', 'a')),
      before(gnuLong('L', '')),
      after(pax(['path', 'at the end'])),
      set({ checksum: 'signed' }),
      set({ checksum: 'wrong' }),
      set({ size: 1 }),
      set({ uid: '4294967295' }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Blow>(
      onEntry(() => []),
      onEntry((entry) => [entry, entry]),
      (entries) => entries.toReversed(),
      (entries, at) => [...entries.slice(at % entries.length), ...entries.slice(0, at % entries.length)],
    ),
  },
);

/** What may be done to an archive, in most cases nothing. */
export const blows: fc.Arbitrary<(entries: RawEntry[]) => RawEntry[]> = fc
  .oneof(
    { weight: 7, arbitrary: fc.constant<[Blow, number][]>([]) },
    { weight: 3, arbitrary: fc.array(fc.tuple(blow, fc.nat(99)), { minLength: 1, maxLength: 2 }) },
  )
  .map((chosen) => (entries) => chosen.reduce((left, [hit, at]) => hit(left, at), entries));
