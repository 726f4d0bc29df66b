/** Wrong input: one line that says what is wrong, exit code 2, nothing on stdout. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tempDir } from '../helpers/temp.ts';
import { complaint, dropstack } from './dropstack.ts';

const no1 = '0'.repeat(40);
const data = ['--data', 'store'];

/** What is typed in a directory that holds `file` with a few words in it, and the line that comes. */
const wrong: [string[], RegExp, Record<string, string>?][] = [
  [['lst'], /unknown command 'lst'/],
  [['rootfs', 'lst'], /unknown command 'lst' \(Did you mean list\?\)/],
  [['help', 'rootfs', 'lst'], /unknown command 'rootfs lst'/],
  [['--nonsense'], /unknown option '--nonsense'/],
  [['rootfs', 'list', '--nonsense'], /unknown option '--nonsense'/],
  [['rootfs', 'list', '--password', 'x'], /unknown option '--password'/],
  [['rootfs', 'import', 'fs', '1'], /missing required argument 'file\|reference' \(see --help\)/],
  [['rootfs', 'import', 'fs', '1', 'file', '--os', '', ...data], /"" cannot be the os/],
  [['rootfs', 'import', 'fs', '1', '/dev/null', ...data], /no regular file/],
  [
    ['rootfs', 'import', 'fs', '1', 'docker://file', ...data],
    /"docker:\/\/file" is no reference to an image/,
  ],
  [
    ['rootfs', 'import', 'fs', '1', 'r.example/a', ...data],
    /Cannot import r\.example\/a: there is no such file/,
  ],
  [
    [
      'rootfs',
      'import',
      'fs',
      '1',
      'r.example/a:1',
      '--registry-auth',
      'x',
      '--server',
      'http://127.0.0.1:1',
    ],
    /A facade pulls with credentials of its own/,
  ],
  [['droplet', 'put', 'some-app'], /missing required argument 'file'/],
  [['rootfs', 'place', 'fs', '1'], /missing required argument 'guid'/],
  [['image', 'show'], /missing required argument 'reference'/],
  [['rootfs', 'list', 'a', 'b'], /too many arguments/],
  [['rootfs', 'list', '-o', 'yaml'], /'yaml' is invalid\. Allowed choices are text, json/],
  [['rootfs', 'list', '--data'], /'--data <directory>' argument missing/],

  [['rootfs', 'list'], /Which facade\? Give --server <url> \(or DROPSTACK_SERVER\), or --data/],
  [['droplet', 'list'], /Which facade\?/],
  [['image', 'show', 'x:y'], /Which facade\?/],
  [['rootfs', 'list', '--server', 'registry'], /--server must be a URL such as/],
  [['rootfs', 'list', '--server', 'localhost:8080'], /--server must be a URL such as/],
  [['rootfs', 'list'], /must be a URL such as/, { DROPSTACK_SERVER: 'ftp://registry' }],
  [['rootfs', 'list', '--server', 'http://a:b@registry'], /must not hold credentials/],
  [['rootfs', 'list', '--server', 'http://registry', ...data], /not on both/],
  [['rootfs', 'list', '--server', 'https://registry', '--ca', 'gone'], /CA certificates in gone: ENOENT/],
  [['rootfs', 'list', '--server', 'https://registry', '--ca', 'file'], /CA certificates in file: /],
  [['rootfs', 'list', ...data], /There is no store at store: check --data/],
  [['rootfs', 'list', '--data', '.'], /There is no store at \.: check --data/],
  [['rootfs', 'place', 'fs', '1', 'x', ...data], /^dropstack: "x" cannot be a droplet's guid/],
  [['droplet', 'list', 'x', '--server', 'http://127.0.0.1:1'], /^dropstack: "x" cannot be a droplet's guid/],
  [['audit', '--before', 'then', '--server', 'http://127.0.0.1:1'], /Write it as 12h, .*, or an id/],
  [['droplet', 'verify', 'some-app', no1, ...data], /There is no store at store/],

  [['rootfs', 'import', 'a/b', '1', 'file', ...data], /"a\/b" cannot be a stack's name: use a-z/],
  [['rootfs', 'import', 'cloudfoundry', '1', 'file', ...data], /cannot be a stack's name/],
  [['rootfs', 'import', 'fs', '1/2', 'file', ...data], /"1\/2" cannot be a version/],
  [['rootfs', 'import', 'fs', '1', 'gone', ...data], /Cannot import gone: there is no such file/],
  [['rootfs', 'import', 'fs', '1', 'file', ...data], /Cannot import file: it is no tar/],
  [['rootfs', 'import', 'fs', '1', 'file', '--sha256', 'abc', ...data], /"abc" is no SHA-256/],
  [['droplet', 'put', 'abc', 'file', ...data], /"abc" cannot be a droplet's guid/],
  [['droplet', 'put', 'some-app', 'gone', ...data], /Cannot read gone: there is no such file/],
  [['droplet', 'put', 'some-app', '.', ...data], /\. is not a file: a droplet is a tar\.gz/],
  [['droplet', 'put', 'some-app', 'file', '--stack', 'A', ...data], /"A" cannot be a stack's name/],
  [['droplet', 'show', 'some-app', 'latest', '--server', 'http://127.0.0.1:1'], /cannot be a droplet's hash/],
  [['image', 'identify', 'some-app', 'abc', '--server', 'http://127.0.0.1:1'], /Malformed digest "abc"/],

  [['serve'], /no place to keep data: give --data/],
  [['serve', ...data, '--listen', '8080'], /--listen: not an address: write host:port/],
  [['serve', ...data, '--log-level', 'loud'], /--log-level: /],
  [['serve', ...data, '--tls-cert', 'file'], /needs both a certificate and its key/],
  [['serve', ...data, '--tls-cert', 'file', '--tls-key', 'file'], /Cannot use file and file: /],
  [['serve', ...data, '--users', 'gone'], /Cannot read gone: ENOENT/],
  [['serve', ...data, '--users', 'file'], /Line 1 of the htpasswd file/],
  [['serve', ...data, '--listen', '0.0.0.0:0'], /only the loopback .*: give --users/],
  [['serve', '--config', 'gone'], /configuration is wrong: gone: cannot be read: ENOENT/],
  [['serve', '--config', 'file'], /file line 1, column 1: must hold options by name/],
  [
    ['serve', '--config', 'bad.yml'],
    /bad\.yml line 2, limits\.holdSeconds: .*; bad\.yml line 3, colour: there is no/,
  ],
  [['serve'], /bad\.yml line 2, limits\.holdSeconds: /, { DROPSTACK_CONFIG: 'bad.yml' }],
  [['serve', ...data], /DROPSTACK_LISTEN: not an address/, { DROPSTACK_LISTEN: 'here' }],
  [['rootfs', 'list', '--config', 'bad.yml'], /bad\.yml line 2, limits\.holdSeconds/],
  [['start', '--listen', 'nowhere'], /--listen: not an address/],
  [['start', '--data', 'file', '--listen', '127.0.0.1:0'], /Cannot keep anything in .*\/file: E/],
  [['patcher', '--log-level', 'loud'], /It is trace, debug, info, warn, error or silent/],
];

for (const [args, message, env] of wrong) {
  test.serial(`wrong: ${args.join(' ')} ${JSON.stringify(env ?? {})}`, async (t) => {
    const folder = await tempDir(t);
    await writeFile(join(folder, 'file'), 'just words\n');
    await writeFile(join(folder, 'bad.yml'), 'limits:\n  holdSeconds: 90\ncolour: red\n');
    t.regex(complaint(t, await dropstack(args, env, folder), 2), message);
    if (!args.includes('--data')) t.false(existsSync(join(folder, 'store')));
  });
}

test.serial('a facade that does not answer is a failure, and no wrong input', async (t) => {
  const { env, args } = { env: { DROPSTACK_PASSWORD: 'x' }, args: ['--server', 'http://127.0.0.1:1'] };
  const output = await dropstack(['rootfs', 'list', ...args], env);
  t.regex(complaint(t, output, 1), /Cannot reach the facade at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
});
