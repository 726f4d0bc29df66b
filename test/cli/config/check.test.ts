import { hash as bcrypt } from '@node-rs/bcrypt';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkConfig } from '../../../src/cli/config/check.ts';
import { readConfig } from '../../../src/config/read.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';
import { certificates } from '../../helpers/tls.ts';

/** What is told of a file in `folder`, which is written as ~ in it and in the answer: level, option, and the message. */
async function check(
  folder: string,
  text: string,
  flags: ConfigInput = {},
): Promise<[string, string, string][]> {
  const file = join(folder, 'dropstack.yml');
  await writeFile(file, text.replaceAll('~', folder));
  const problems = await checkConfig(readConfig(flags, {}, file));
  return problems.map(({ level, option, message }) => [
    level,
    option.join('.'),
    message.replaceAll(folder, '~'),
  ]);
}

/** The same without the messages. */
async function told(folder: string, text: string): Promise<string[]> {
  return (await check(folder, text)).map(([level, option]) => `${level} ${option}`);
}

test('a directory may be made by a start, and everything else must be there', async (t) => {
  const folder = await tempDir(t);
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'there'));
  t.deepEqual(await check(folder, 'data: ~/none/is/there/yet\nsource: ~/there\n'), []);
  t.deepEqual(await check(folder, 'data: ~/file\nsource: ~/gone\ncache: { directory: ~/there }\n'), [
    ['error', 'data', 'Cannot keep anything in ~/file: ~/file is no directory'],
    [
      'warning',
      'source.directory',
      "Cannot read droplets in ~/gone: ENOENT: no such file or directory, stat '~/gone'",
    ],
    ['warning', 'cache', 'the store is on this machine: a cache only copies it, and is for a store in S3'],
  ]);
  t.deepEqual(await told(folder, 'users: ~/gone\n'), ['error data', 'error users']);
});

test('the files of access are read as a start reads them', async (t) => {
  const folder = await tempDir(t);
  await writeFile(join(folder, 'users'), 'admin:secret\n');
  await chmod(join(folder, 'users'), 0o604);
  await writeFile(join(folder, 'grants'), 'admin: { roles: [king] }\n');
  const found = await check(folder, 'data: ~/store\nusers: ~/users\ngrants: ~/grants\n');
  t.deepEqual(
    found.map(([level, option]) => `${level} ${option}`),
    ['error users', 'error grants', 'warning users'],
  );
  const [[, , users] = [], [, , grants] = [], [, , hidden] = []] = found;
  t.regex(users ?? '', /^Cannot use ~\/users: Line 1 of the htpasswd file.* not a bcrypt hash/);
  t.regex(grants ?? '', /^Cannot use ~\/grants: Line 1, column 18 of the grants file/);
  t.is(hidden, 'everybody on this machine can read ~/users: chmod o-r');
  t.notRegex(JSON.stringify(found), /secret/);
});

test('without users only the loopback is listened on, and grants are not read', async (t) => {
  const folder = await tempDir(t);
  t.deepEqual(await told(folder, 'data: ~/store\ngrants: ~/gone\nlisten: "0.0.0.0:0"\n'), [
    'error listen',
    'warning grants',
    'warning listen',
  ]);
});

test('passwords over plain HTTP are warned of, where nobody in front speaks TLS', async (t) => {
  const folder = await tempDir(t);
  await writeFile(join(folder, 'users'), `admin:${await bcrypt('word', { cost: 4 })}\n`, { mode: 0o600 });
  const text = 'data: ~/store\nusers: ~/users\nlisten: "0.0.0.0:0"\n';
  t.deepEqual(await told(folder, text), ['warning listen']);
  t.deepEqual(await told(folder, `${text}publicUrl: https://registry.example.org\n`), []);
});

test('the files that stores elsewhere need are read', async (t) => {
  const folder = await tempDir(t);
  await writeFile(join(folder, 'empty'), '');
  await writeFile(join(folder, 'key'), 'AKIA\n', { mode: 0o600 });
  const text = `store:
  s3:
    bucket: b
    ca: ~/empty
    accessKeyIdFile: ~/key
    secretAccessKeyFile: ~/empty
    sessionTokenFile: ~/gone
source: { webdav: { url: "http://127.0.0.1:1/", user: u, passwordFile: ~/gone, ca: ~/gone } }
cache: { directory: ~/key/below }
registryAuth: ~/key
`;
  const found = await check(folder, text);
  const wanted: [string, RegExp][] = [
    ['store.s3.ca', /Cannot use ~\/empty: it holds no certificate in PEM$/],
    ['store.s3.secretAccessKeyFile', /~\/empty: it is empty$/],
    ['store.s3.sessionTokenFile', /~\/gone: ENOENT/],
    ['source.webdav.passwordFile', /Cannot read the WebDAV password in ~\/gone: ENOENT/],
    ['source.webdav.ca', /Cannot read the authorities of the WebDAV store in ~\/gone: ENOENT/],
    ['cache.directory', /Cannot keep anything in ~\/key\/below: ENOTDIR/],
    ['registryAuth', /the registry credentials in ~\/key: it has not the form/],
  ];
  const errors = found.filter(([level]) => level === 'error');
  t.deepEqual(
    errors.map(([, option]) => option),
    wanted.map(([option]) => option),
  );
  for (const [nth, [, message]] of wanted.entries()) t.regex(errors[nth]?.[2] ?? '', message);
});

test('a kubeconfig that is of no use keeps no facade from serving', async (t) => {
  const folder = await tempDir(t);
  await writeFile(join(folder, 'kubeconfig'), 'current-context: gone\n');
  const [[level, option, message] = [], ...more] = await check(folder, withKubernetes('~/none'));
  t.deepEqual([level, option, more], ['warning', 'kubernetes', []]);
  t.regex(message ?? '', /^Cannot read the kubeconfig ~\/none: /);
  t.deepEqual(await told(folder, withKubernetes('~/kubeconfig')), ['warning kubernetes']);
  t.deepEqual(await told(folder, withKubernetes('{ contexts: x }')), ['error kubernetes.contexts']);
});

test('each entry of registryAuth is looked at, and nothing of it told', async (t) => {
  const folder = await tempDir(t);
  const auths = { 'a.example': { auth: 'YTpi' }, 'b.example': { auth: 'bm8=' } };
  await writeFile(join(folder, 'auth.json'), JSON.stringify({ auths }), { mode: 0o600 });
  const [[level, option, message] = [], ...more] = await check(
    folder,
    'data: ~/store\nregistryAuth: ~/auth.json\n',
  );
  t.deepEqual([level, option, more], ['error', 'registryAuth', []]);
  t.regex(message ?? '', /~\/auth\.json: auth of b\.example is not user:password in Base64$/);
});

test('clients must not be redirected to a private host, nor to our own', async (t) => {
  const folder = await tempDir(t);
  t.deepEqual(await told(folder, redirectingTo('https://s3.example.org')), []);
  t.deepEqual(await told(folder, redirectingTo('http://10.0.0.1:9000')), ['error redirect']);
  t.deepEqual(await told(folder, redirectingTo('https://registry.example.org:9000')), ['error redirect']);
});

function redirectingTo(endpoint: string): string {
  const store = `store: { s3: { bucket: b, region: r, endpoint: "${endpoint}" } }`;
  return `${store}\nredirect: {}\npublicUrl: https://registry.example.org\n`;
}

test('nothing is tried of what the file may have said', async (t) => {
  const folder = await tempDir(t);
  t.deepEqual(await told(folder, 'data: ~/store\nlisten: [\n'), ['error ']);
  t.deepEqual(await told(folder, 'data: 1\nlisten: "0.0.0.0:0"\nusers: 2\n'), [
    'error data',
    'error users',
    'warning listen',
  ]);
});

const withOpenssl = testWith('openssl');

withOpenssl('a certificate is tried with its key, and how long it lasts is told', async (t) => {
  const folder = await tempDir(t);
  const [mine, others] = [await certificates(t), await certificates(t)];
  const text = (key: string): string => `data: ~/store\ntlsCert: ${mine.cert}\ntlsKey: ${key}\n`;
  await chmod(mine.key, 0o600);
  const [[level, option, message] = [], ...more] = await check(folder, text(mine.key));
  t.deepEqual([level, option, more], ['warning', 'tlsCert', []]);
  t.regex(message ?? '', /^the certificate is valid until \d{4}-.*Z, 0 days: renew it$/);
  await chmod(mine.key, 0o644);
  t.deepEqual(await told(folder, text(mine.key)), ['warning tlsCert', 'warning tlsKey']);
  const [[, , wrong] = []] = await check(folder, text(others.key));
  t.regex(wrong ?? '', /Cannot use .*the key is of another certificate/);
});

function withKubernetes(option: string): string {
  return `data: ~/store\nkubernetes: ${option}\n`;
}
