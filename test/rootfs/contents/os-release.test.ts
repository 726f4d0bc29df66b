import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import test from 'ava';
import { parseOsRelease } from '../../../src/rootfs/contents/os-release.ts';

test('reads assignments, quoted or not, and nothing else', (t) => {
  const text = [
    '# a comment',
    '',
    'ID=debian',
    'NAME="A \\"quoted\\" \\$name"',
    "PRETTY_NAME='single \\n quotes'",
    '  VERSION_ID="12"  ',
    'EMPTY=',
    'not an assignment',
    'ID_LIKE="a=b c"',
    '__proto__=x',
  ].join('\n');
  t.deepEqual(Object.entries(parseOsRelease(text)), [
    ['ID', 'debian'],
    ['NAME', 'A "quoted" $name'],
    ['PRETTY_NAME', 'single \\n quotes'],
    ['VERSION_ID', '12'],
    ['EMPTY', ''],
    ['ID_LIKE', 'a=b c'],
    ['__proto__', 'x'],
  ]);
});

test('reads the one of this machine as a shell does', (t) => {
  const path = '/etc/os-release';
  const script = `. ${path}; printf '%s|' "$ID" "$NAME" "$PRETTY_NAME" "$VERSION_ID"`;
  const shell = execFileSync('sh', ['-c', script], { encoding: 'utf8' });
  const found = parseOsRelease(readFileSync(path, 'utf8'));
  t.is(['ID', 'NAME', 'PRETTY_NAME', 'VERSION_ID'].map((key) => `${found[key] ?? ''}|`).join(''), shell);
});
