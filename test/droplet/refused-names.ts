import { gnuLong, pax, rawTar, type RawEntry } from './raw-tar.ts';
import type { Refused } from './refused.ts';

const file = (name: string, more: RawEntry = {}): RawEntry => ({ name, body: 'x', ...more });
const link = (name: string, target: string): RawEntry => ({ name, type: '2', link: target });
const hardlink = (name: string, target: string): RawEntry => ({ name, type: '1', link: target });
const directory = (name: string): RawEntry => ({ name, type: '5' });
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);
const root = directory('./');

/** Archives with names and links that no layer may have, and archives that are too large. */
export const refusedNames: Refused[] = [
  { rule: 'name', what: 'an empty name', tar: rawTar(file('')) },
  { rule: 'name', what: 'an empty PAX path', tar: rawTar(pax(['path', '']), file('a')) },
  { rule: 'name', what: 'an empty long name', tar: rawTar(gnuLong('L', ''), file('a')) },
  { rule: 'name', what: 'bytes behind a long name', tar: rawTar(gnuLong('L', 'a\0b'), file('a')) },
  { rule: 'ambiguous', what: 'a root that is a file', tar: rawTar(file('.')) },
  {
    rule: 'outside',
    what: 'a name that climbs',
    tar: rawTar(root, file('../x')),
    entry: '../x',
    offset: 512,
  },
  { rule: 'outside', what: 'a name that climbs in the middle', tar: rawTar(file('a/../b')) },
  {
    rule: 'outside',
    what: 'a PAX path that climbs',
    tar: rawTar(pax(['path', 'a/..']), file('a')),
    entry: 'a/..',
  },
  { rule: 'outside', what: 'an absolute name', tar: rawTar(file('/etc/passwd')), entry: '/etc/passwd' },
  {
    rule: 'outside',
    what: 'an absolute target',
    tar: rawTar(file('a'), hardlink('b', '/a')),
    entry: 'b',
    offset: 1024,
  },
  { rule: 'outside', what: 'a target that climbs', tar: rawTar(hardlink('b', '../../etc/shadow')) },
  { rule: 'whiteout', what: 'a whiteout', tar: rawTar(file('./app/.wh.keep')), entry: './app/.wh.keep' },
  { rule: 'whiteout', what: 'an opaque directory', tar: rawTar(file('app/.wh..wh..opq')) },
  { rule: 'whiteout', what: 'a bare whiteout', tar: rawTar(file('.wh.')) },
  { rule: 'whiteout', what: 'a whiteout that is a directory', tar: rawTar(file('.wh.d/x')) },
  {
    rule: 'through-link',
    what: 'a file below a link',
    tar: rawTar(link('a', '/etc'), file('a/passwd')),
    entry: 'a/passwd',
  },
  {
    rule: 'through-link',
    what: 'a file below a hard link to a link',
    tar: rawTar(link('a', '/etc'), hardlink('b', 'a'), file('b/passwd')),
  },
  {
    rule: 'through-link',
    what: 'a hard link to what lies behind a link',
    tar: rawTar(link('a', '/etc'), hardlink('b', 'a/shadow')),
  },
  { rule: 'not-a-directory', what: 'a file below a file', tar: rawTar(file('a'), file('a/b')) },
  {
    rule: 'not-a-directory',
    what: 'a file below a fifo',
    tar: rawTar({ name: 'a', type: '6' }, file('a/b')),
  },
  {
    rule: 'duplicate',
    what: 'a file twice',
    tar: rawTar(file('a'), file('./a')),
    entry: './a',
    offset: 1024,
  },
  {
    rule: 'duplicate',
    what: 'a directory that becomes a link',
    tar: rawTar(directory('a/'), link('a', '/')),
  },
  {
    rule: 'duplicate',
    what: 'an implied directory that becomes a link',
    tar: rawTar(file('a/b'), link('a', '/')),
  },
  {
    rule: 'duplicate',
    what: 'an implied directory that becomes a file',
    tar: rawTar(file('a/b/c'), file('a/b')),
  },
  {
    rule: 'duplicate',
    what: 'a link that becomes a directory',
    tar: rawTar(link('a', '/'), directory('a/')),
  },
  {
    rule: 'hardlink',
    what: 'a hard link before its target',
    tar: rawTar(hardlink('a', 'b'), file('b')),
    entry: 'a',
  },
  { rule: 'hardlink', what: 'a hard link to itself', tar: rawTar(hardlink('a', 'a')) },
  { rule: 'hardlink', what: 'a hard link to a directory', tar: rawTar(directory('d/'), hardlink('a', 'd')) },
  {
    rule: 'hardlink',
    what: 'a hard link to an implied directory',
    tar: rawTar(file('d/x'), hardlink('a', 'd/')),
  },
  { rule: 'hardlink', what: 'a target with a slash', tar: rawTar(file('x'), hardlink('a', 'x/')) },
  { rule: 'hardlink', what: 'a hard link to the root', tar: rawTar(root, hardlink('a', './')) },
  { rule: 'symlink', what: 'a link to nothing', tar: rawTar(link('a', '')) },
  {
    rule: 'total-bytes',
    what: 'a large archive',
    tar: rawTar(file('a'), file('b')),
    limits: { maxBytes: 3071 },
  },
  {
    rule: 'total-bytes',
    what: 'a large file',
    tar: rawTar(file('a', { size: 5000 })),
    limits: { maxBytes: 4096 },
  },
  {
    rule: 'total-bytes',
    what: 'endless zeros',
    tar: Buffer.concat([rawTar(file('a')), zeros(5000)]),
    limits: { maxBytes: 4096 },
    offset: 4096,
  },
  {
    rule: 'total-bytes',
    what: 'a layer that grows by a global header',
    tar: rawTar({ ...pax(['VENDOR.x', 'y'.repeat(3000)]), type: 'g' }, file('a'), file('b')),
    limits: { maxBytes: 8000 },
  },
  {
    rule: 'entries',
    what: 'many entries',
    tar: rawTar(file('a'), file('b'), file('c')),
    limits: { maxEntries: 2 },
  },
  {
    rule: 'entries',
    what: 'many implied directories',
    tar: rawTar(file('a/b/c/d')),
    limits: { maxEntries: 3 },
  },
  { rule: 'entries', what: 'many long names', tar: rawTar(file('a'.repeat(90))), limits: { maxEntries: 1 } },
  { rule: 'name-bytes', what: 'a long name', tar: rawTar(pax(['path', 'a/'.repeat(2048) + 'a']), file('a')) },
  { rule: 'name-bytes', what: 'a long target', tar: rawTar(gnuLong('K', 'a/'.repeat(2049)), link('a', 'b')) },
  { rule: 'component-bytes', what: 'a long part', tar: rawTar(gnuLong('L', 'a'.repeat(256)), file('a')) },
  {
    rule: 'pax-bytes',
    what: 'a large PAX header',
    tar: rawTar(pax(['a', 'b'.repeat(1024 * 1024)]), file('a')),
  },
  {
    rule: 'pax-bytes',
    what: 'a large long name',
    tar: rawTar(gnuLong('L', 'b'.repeat(1024 * 1024)), file('a')),
  },
  {
    rule: 'pax-bytes',
    what: 'a large global header',
    tar: rawTar(file('a'), { ...pax(['a', 'b'.repeat(100)]), type: 'g' }),
    limits: { maxPaxBytes: 100 },
    offset: 1024,
  },
  {
    rule: 'pax-bytes',
    what: 'a global header that would be repeated for every entry',
    tar: rawTar({ ...pax(['VENDOR.x', 'y'.repeat(9000)]), type: 'g' }, file('a'), file('b')),
  },
  {
    rule: 'pax-bytes',
    what: 'a header that grows by a global one',
    tar: rawTar({ ...pax(['a', 'b'.repeat(60)]), type: 'g' }, pax(['c', 'd'.repeat(60)]), file('a')),
    limits: { maxPaxBytes: 100 },
  },
];
