import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { testWith } from '../../helpers/test-with.ts';
import type { Package } from '../../../src/rootfs/contents/contents.ts';
import { parseDpkg } from '../../../src/rootfs/contents/dpkg.ts';

function stanza(name: string, status: string | undefined, ...more: string[]): string {
  const lines = status === undefined ? [] : [`Status: ${status}`];
  return [`Package: ${name}`, ...lines, 'Architecture: amd64', 'Version: 1:2.0-1', ...more, ''].join('\n');
}

test('lists what has its files in the rootfs, whatever somebody wants of it', (t) => {
  const states = {
    'install ok installed': true,
    'hold ok installed': true,
    'deinstall ok installed': true,
    'install ok unpacked': true,
    'install ok half-configured': true,
    'install ok triggers-awaited': true,
    'install reinstreq half-installed': true,
    'deinstall ok config-files': false,
    'unknown ok not-installed': false,
  };
  const text = Object.keys(states)
    .map((status, index) => stanza(`p${index}`, status))
    .join('\n');
  const expected = Object.values(states).flatMap((there, index) => (there ? [`p${index}`] : []));
  t.deepEqual(
    parseDpkg(text).map(({ name }) => name),
    expected,
  );
});

test('takes the stanzas of distroless images, which have no status', (t) => {
  t.deepEqual(parseDpkg(stanza('tzdata', undefined)), [
    { name: 'tzdata', version: '1:2.0-1', architecture: 'amd64', manager: 'dpkg' },
  ]);
});

test('names the source only where it is another', (t) => {
  const sources = {
    '': {},
    p: {},
    'p (1:2.0-1)': {},
    q: { source: 'q' },
    'q (3)': { source: 'q', sourceVersion: '3' },
    'p (1:2.0)': { sourceVersion: '1:2.0' },
  };
  for (const [field, expected] of Object.entries(sources)) {
    const [found] = parseDpkg(stanza('p', 'install ok installed', `Source: ${field}`));
    t.deepEqual(
      found,
      { name: 'p', version: '1:2.0-1', architecture: 'amd64', manager: 'dpkg', ...expected },
      field,
    );
  }
});

test('is not confused by continuation lines, missing fields or what is no status file', (t) => {
  const text = stanza('p', 'install ok installed', 'Description: x', ' Package: inner', '\tVersion: 9', ' .');
  t.deepEqual(
    parseDpkg(text).map(({ name, version }) => [name, version]),
    [['p', '1:2.0-1']],
  );
  t.deepEqual(parseDpkg('Package: no-version\nStatus: install ok installed\n'), []);
  t.deepEqual(parseDpkg(''), []);
  t.deepEqual(parseDpkg(Buffer.alloc(4096, 7).toString()), []);
});

/** Other distributions than Debian and its kin may lack it. In CI it must be there. */
const withDpkg = testWith('dpkg-query');

withDpkg('lists the packages of this machine as dpkg-query does', (t) => {
  const fields = [
    'Package',
    'Version',
    'Architecture',
    'source:Package',
    'source:Version',
    'db:Status-Status',
  ];
  const format = `${fields.map((field) => `\${${field}}`).join('\\t')}\\n`;
  const lines = execFileSync('dpkg-query', ['--show', `--showformat=${format}`], { encoding: 'utf8' });
  const expected = lines.split('\n').filter((line) => /\t(?!config-files|not-installed)\S+$/.test(line));
  const found = parseDpkg(readFileSync('/var/lib/dpkg/status', 'utf8'));
  t.true(found.length > 0);
  t.deepEqual(
    found.map((item) => asLine(item)).toSorted(),
    expected.map((text) => text.split('\t').slice(0, 5).join('\t')).toSorted(),
  );
});

function asLine({ name, version, architecture, source = name, sourceVersion = version }: Package): string {
  return [name, version, architecture, source, sourceVersion].join('\t');
}
