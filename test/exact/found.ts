import { base256, gnuLong, pax, type RawEntry } from '../droplet/raw-tar.ts';
import type { Archive } from './archives.ts';
import type { Verdict } from './judge.ts';

/** An archive that once was, or always will be, no plain matter, and what has to become of it. */
type Found = { what: string; archive: Archive; verdict: Verdict };

const root: RawEntry = { name: './', type: '5', mode: 0o755 };
const file = (name: string, more: RawEntry = {}): RawEntry => ({ name, body: 'x', ...more });
const link = (name: string, target: string): RawEntry => ({ name, type: '2', link: target });
const hardlink = (name: string, target: string, more: RawEntry = {}): RawEntry => ({
  name,
  type: '1',
  link: target,
  ...more,
});
const directory = (name: string, more: RawEntry = {}): RawEntry => ({
  name,
  type: '5',
  mode: 0o755,
  ...more,
});
const global = (...records: [string, string][]): RawEntry => ({ ...pax(...records), type: 'g' });

const refused = (rule: string, what: string, ...entries: RawEntry[]): Found => ({
  what,
  archive: plain(entries),
  verdict: { refused: rule },
});
const compared = (names: string[], what: string, ...entries: RawEntry[]): Found => ({
  what,
  archive: plain([root, ...entries]),
  verdict: { known: names },
});

/** As the generator found them, or as they were in what it found. */
export const found: Found[] = [
  refused(
    'number',
    "GNU tar ignores a PAX uid over 2^32 and takes the header's",
    root,
    pax(['uid', '4294967296']),
    file('a'),
  ),
  refused(
    'number',
    'a uid of 2^32 - 1 is that of nobody at all',
    root,
    file('a', { uid: base256(2 ** 32 - 1, 8) }),
  ),
  refused(
    'ambiguous',
    'GNU tar reads a long target on into its padding',
    root,
    { ...gnuLong('K', 'to/to'), size: 1 },
    link('a', 'to'),
  ),
  refused(
    'global',
    'GNU tar forgets the first of two global headers',
    root,
    global(['mtime', '0']),
    global(['comment', 'x']),
    file('a'),
  ),
  refused(
    'global',
    'GNU tar gives a global attribute to no file',
    global(['SCHILY.xattr.user.x', 'y']),
    root,
    file('a'),
  ),
  refused(
    'ambiguous',
    'an old header without a slash is a file to GNU tar, whose name cannot end in a dot',
    root,
    { name: 'a/.', type: '\0' },
  ),
  refused('ambiguous', 'the same of the root', { name: '.', type: '\0' }),
  refused(
    'attribute',
    'containerd fails at an attribute that is a namespace',
    root,
    pax(['SCHILY.xattr.user.', 'x']),
    file('a'),
  ),
  refused('attribute', 'and at one without a name', root, pax(['SCHILY.xattr.', 'x']), file('a')),

  compared(
    [],
    'one of everything',
    directory('d/'),
    file('d/f', { mode: 0o4755 }),
    hardlink('h', 'd/f', { mode: 0o4755 }),
    link('l', '../x'),
    hardlink('m', 'l'),
  ),
  compared(['fifo'], 'a directory for a fifo alone', { name: 'd/p', type: '6' }),
  compared(
    ['overlay'],
    'an attribute of overlayfs',
    pax(['SCHILY.xattr.trusted.overlay.opaque', 'y']),
    directory('d/'),
  ),
  {
    what: 'a root that has another mode',
    archive: plain([{ ...root, mode: 0o700 }]),
    verdict: { known: ['root mode'] },
  },
  { what: 'no root', archive: plain([file('a')]), verdict: { known: ['late root'] } },
  compared(
    ['attributes again'],
    'a directory that loses an attribute',
    pax(['SCHILY.xattr.user.x', 'y']),
    directory('d/'),
    directory('d/'),
  ),
  compared(['escaped attribute'], 'an escaped attribute', pax(['SCHILY.xattr.user.%25', 'y']), file('a')),
  compared(
    ['respelled'],
    'a directory in two spellings, one behind the other',
    directory('d/'),
    file('./d/f'),
  ),
  compared(
    ['respelled'],
    'a directory that is named with a dot',
    pax(['SCHILY.xattr.user.x', 'y']),
    directory('d/.'),
  ),
  compared(
    ['late entry', 'late entry in the layer'],
    'a file that comes late',
    directory('d/'),
    file('e'),
    file('d/f'),
  ),
  compared(
    ['fifo', 'late entry in the layer'],
    'a fifo that keeps GNU tar waiting',
    directory('d/'),
    { name: 'd/e/p', type: '6' },
    file('a'),
    directory('d/e/'),
  ),
  compared(
    ['late entry', 'late entry in the layer', 'setgid'],
    'a directory that comes late, in one that has the setgid bit',
    directory('d/', { mode: 0o2755 }),
    file('f'),
    directory('d/e/', { mode: 0o700 }),
  ),
  compared(
    ['containerd hard link'],
    'a hard link that says something else',
    file('a'),
    hardlink('b', 'a', { mode: 0o600, uid: 7 }),
  ),
  compared(['containerd times'], 'a time before 1970', file('a', { mtime: base256(-1, 12) })),
  compared(
    ['containerd times', 'umoci times'],
    'a time after 2262',
    file('a', { mtime: base256(10_000_000_000, 12) }),
  ),
  compared(
    ['containerd times', 'tenth digit'],
    'a tenth digit before 1970',
    pax(['mtime', '-1.0000000001']),
    file('a'),
  ),
  compared(
    ['containerd trusted', 'umoci empty attribute'],
    'a trusted attribute without a value',
    pax(['SCHILY.xattr.trusted.x', '']),
    file('a'),
  ),
  compared(
    ['umoci parent', 'unnamed directory'],
    'a directory in a directory',
    directory('d/'),
    file('d/e/f'),
  ),
  compared(
    ['attribute'],
    'an attribute that a symbolic link cannot have',
    pax(['SCHILY.xattr.user.x', 'y']),
    link('a', 'b'),
  ),
  compared(
    ['attribute'],
    'capabilities that are none',
    pax(['SCHILY.xattr.security.capability', 'nonsense']),
    file('a'),
  ),
  compared(['label'], 'a label with two dots', { name: '../label', type: 'V' }),
];

function plain(entries: RawEntry[]): Archive {
  return { entries, tail: '', short: 0, members: [], level: 1, behind: '', packed: [1], chunks: [1] };
}
