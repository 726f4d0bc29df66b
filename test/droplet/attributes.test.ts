import test from 'ava';
import { parsePax } from '../../src/layer/pax.ts';
import { listed, paxHeaders } from './listed.ts';
import { pax, paxBody, rawEntry, rawTar, type RawEntry } from './raw-tar.ts';
import { exact, rewritten, usual } from './rewritten.ts';

const root: RawEntry = { name: './', type: '5' };
const file = (name: string, more: RawEntry = {}): RawEntry => ({ name, body: 'x', ...more });
const global = (...records: [string, string][]): RawEntry => ({ ...pax(...records), type: 'g' });

test('records that mean nothing to us pass byte by byte', (t) => {
  const body = paxBody(
    ['SCHILY.xattr.user.b', '\0\xff\n=\n'],
    ['mtime', '4102444800.123456789'],
    ['VENDOR.x', ''],
  );
  const { tar } = rewritten(rawTar({ type: 'x', body }, file('a')), exact);
  t.deepEqual(paxHeaders(tar), [body]);
});

test('every byte of a header passes that has nothing to do with its place', (t) => {
  const entry = file('a', {
    dialect: 'gnu',
    mtime: `${'\xff'.repeat(11)}\xfe`,
    uid: '\x80\0\0\0\0\x20\0\0',
    uname: '\xf6',
    bytes: { 345: '14000000000\x0014000000001\0' },
  });
  const before = rawEntry(entry);
  const after = rewritten(rawTar(entry), exact).tar.subarray(512, 1536);
  const changed = [...before.keys()].filter((at) => before[at] !== after[at]);
  t.true(
    changed.every((at) => at < 100 || (at >= 148 && at < 156)),
    changed.join(),
  );
});

test('a forced owner replaces numbers, names and PAX records', async (t) => {
  const owner: [string, string][] = [
    ['uid', '4000000'],
    ['gid', '4000001'],
    ['uname', 'ü'],
    ['gname', 'g'],
  ];
  const { tar } = rewritten(
    rawTar(root, global(['uid', '7']), pax(...owner, ['mtime', '1.5']), file('a')),
    usual,
  );
  t.deepEqual(paxHeaders(tar), [paxBody(['mtime', '1.5'])]);
  for (const entry of await listed(tar)) {
    t.like(entry, { uid: 2000, gid: 2000, uname: 'vcap', gname: 'vcap' });
  }
});

test('a PAX header that has nothing left to say goes', (t) => {
  t.deepEqual(paxHeaders(rewritten(rawTar(pax(['uid', '1']), file('a')), usual).tar), []);
});

test('setuid, setgid and capabilities are stripped or kept, sticky bits always kept', async (t) => {
  const tar = rawTar(
    pax(
      ['SCHILY.xattr.security.capability', 'c'],
      ['LIBARCHIVE.xattr.security%2Ecapability', 'Yw'],
      ['mtime', '1'],
    ),
    file('a', { mode: 0o6755 }),
    { name: 'tmp/', type: '5', mode: 0o3777 },
  );
  const stripped = rewritten(tar, usual).tar;
  t.deepEqual(
    (await listed(stripped)).map(({ mode }) => mode),
    [0o755, 0o755, 0o1777],
  );
  t.deepEqual(paxHeaders(stripped), [paxBody(['mtime', '1'])]);
  const kept = rewritten(tar, exact).tar;
  t.deepEqual(
    (await listed(kept)).map(({ mode }) => mode),
    [0o755, 0o6755, 0o3777],
  );
  t.is(parsePax(paxHeaders(kept).join('')).length, 3);
});

test('attributes that control overlayfs go, with a warning', (t) => {
  const records: [string, string][] = [
    ['SCHILY.xattr.trusted.overlay.opaque', 'y'],
    ['SCHILY.xattr.user.overlay.whiteout', ''],
    ['SCHILY.xattr.user.overlayed', 'stays'],
  ];
  const { tar, summary } = rewritten(rawTar(pax(...records), file('a')), exact);
  t.deepEqual(paxHeaders(tar), [paxBody(['SCHILY.xattr.user.overlayed', 'stays'])]);
  t.deepEqual(summary.warnings, [
    'a at byte 1024: without the extended attribute trusted.overlay.opaque, which controls overlayfs',
    'a at byte 1024: without the extended attribute user.overlay.whiteout, which controls overlayfs',
  ]);
});

test('global records become those of each entry, its own first, later ones over earlier ones', (t) => {
  const tar = rawTar(
    global(['comment', 'commit'], ['mtime', '1'], ['VENDOR.x', 'g']),
    file('a'),
    pax(['mtime', '2']),
    file('b'),
    global(['mtime', ''], ['VENDOR.x', 'h']),
    file('c', { dialect: 'gnu' }),
  );
  const bodies = paxHeaders(rewritten(tar, exact).tar).map((body) =>
    parsePax(body).map(({ key, value }) => [key, value]),
  );
  t.deepEqual(bodies, [
    [
      ['mtime', '1'],
      ['VENDOR.x', 'g'],
    ],
    [
      ['VENDOR.x', 'g'],
      ['mtime', '2'],
    ],
    [['VENDOR.x', 'h']],
  ]);
});

test('a global header of comments and labels alone leaves nothing behind', (t) => {
  const { tar } = rewritten(rawTar(global(['comment', 'c'], ['GNU.volume.label', 'l']), file('a')), exact);
  t.is(tar.length, 512 + 1024 + 1024);
});
