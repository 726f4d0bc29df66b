import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import type { Contents } from '../../../src/rootfs/contents/contents.ts';
import { contentsOfEntries, type Entry } from './layer-tar.ts';

const rpmDatabase = gunzipSync(readFileSync(new URL('fixtures/rpmdb.sqlite.gz', import.meta.url)));

test('the topmost version of a database counts', async (t) => {
  t.deepEqual(names(await contentsOfEntries([dpkg('a', 'b')], [dpkg('b', 'c')])), ['b', 'c']);
  t.deepEqual(names(await contentsOfEntries([dpkg('a')], [{ name: 'var/lib/.wh.dpkg' }])), []);
  t.deepEqual(names(await contentsOfEntries([dpkg('a')], [dpkg()])), []);
});

test('reads the databases of every manager, where each distribution has them', async (t) => {
  const apk = 'P:musl\nV:1\nA:x86_64\n\n';
  const { packages, unknown } = await contentsOfEntries([
    { name: 'var/lib/dpkg/status.d/tzdata', body: status('tzdata') },
    { name: 'var/lib/dpkg/status.d/tzdata.md5sums', body: '0123 usr/share/zoneinfo\n' },
    { name: 'usr/lib/apk/db/installed', body: apk },
    { name: 'lib', type: 'symlink', linkname: 'usr/lib' },
    { name: 'usr/lib/sysimage/rpm/rpmdb.sqlite', body: rpmDatabase },
    { name: 'usr/lib/sysimage/rpm/Packages', body: 'left over' },
    { name: 'var/lib/rpm', type: 'symlink', linkname: '../../usr/lib/sysimage/rpm' },
  ]);
  t.deepEqual(unknown, []);
  t.deepEqual(
    packages.map(({ manager, name }) => `${manager} ${name}`),
    ['rpm mother', 'rpm mother-libs', 'apk musl', 'rpm plain', 'dpkg tzdata', 'rpm with-epoch'],
  );
});

test('says which databases it could not read, and why', async (t) => {
  const cases: [entry: Entry, unknown: RegExp][] = [
    [{ name: 'var/lib/rpm/Packages', body: 'x' }, /^var\/lib\/rpm\/Packages: .*Berkeley DB/],
    [{ name: 'usr/lib/sysimage/rpm/Packages.db' }, /^usr\/lib\/sysimage\/rpm\/Packages\.db: .*ndb/],
    [{ name: 'var/lib/rpm/rpmdb.sqlite', body: 'x'.repeat(999) }, /^var\/lib\/rpm\/rpmdb\.sqlite: SQLite/],
    [{ name: 'var/lib/dpkg/status', body: 'rubbish' }, /^var\/lib\/dpkg\/status: it names no/],
    [{ name: 'etc/os-release', type: 'symlink', linkname: '../opt/release' }, /^etc\/os-release: a link/],
  ];
  for (const [entry, expected] of cases) {
    const { unknown } = await contentsOfEntries([{ name: 'opt/release', body: 'ID=x' }, entry]);
    t.is(unknown.length, 1);
    t.regex(unknown[0] ?? '', expected);
  }
});

test('takes os-release from /etc, else from /usr/lib', async (t) => {
  const vendor: Entry = { name: 'usr/lib/os-release', body: 'ID=vendor\n' };
  const link: Entry = { name: 'etc/os-release', type: 'symlink', linkname: '../usr/lib/os-release' };
  const own: Entry = { name: 'etc/os-release', body: 'ID=own\n' };
  for (const [entries, id] of [
    [[vendor], 'vendor'],
    [[link, vendor], 'vendor'],
    [[own, vendor], 'own'],
  ] as const) {
    t.deepEqual((await contentsOfEntries([...entries])).osRelease, { ID: id });
  }
});

function status(...packages: string[]): string {
  return packages
    .map((name) => `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1\n\n`)
    .join('');
}

function dpkg(...packages: string[]): Entry {
  return { name: 'var/lib/dpkg/status', body: status(...packages) };
}

function names({ packages }: Contents): string[] {
  return packages.map((item) => item.name);
}
