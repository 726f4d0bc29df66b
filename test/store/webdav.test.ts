import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { webdavLocation, type WebdavLocation } from '../../src/store/webdav/location.ts';
import { WebdavReader } from '../../src/store/webdav/reader.ts';
import { davPassword, startNginxDav, type NginxDav } from '../helpers/nginx-dav.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';
import { readableConformance } from './readable-conformance.ts';

const withNginx = testWith('nginx', 'setpriv', 'openssl');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let started: Promise<NginxDav> | undefined;
const nginx = (): Promise<NginxDav> => (started ??= startNginxDav(stack));

type Filled = { store: WebdavReader; path: string; location: WebdavLocation };

async function filled(objects: Record<string, Uint8Array | string> = {}): Promise<Filled> {
  const { path, location } = await (await nginx()).directory();
  for (const [key, bytes] of Object.entries(objects)) {
    await mkdir(dirname(join(path, key)), { recursive: true });
    await writeFile(join(path, key), bytes);
  }
  return { path, location, store: new WebdavReader(location) };
}

readableConformance(withNginx, 'webdav', async (objects) => (await filled(objects)).store);

withNginx('a folder in a folder of the server', async (t) => {
  const { location, store } = await filled({ 'root/ab/x': 'x', beside: 'y' });
  const inner = new WebdavReader({ ...location, url: `${location.url}root/` });
  t.deepEqual(await keysBelow(inner, ''), ['ab/x']);
  t.is(String(await readObject(inner, 'ab/x')), 'x');
  t.is(await inner.stat('beside'), undefined);
  t.deepEqual(await keysBelow(store, ''), ['beside', 'root/ab/x']);
});

withNginx('keys keep every character', async (t) => {
  const keys = [
    'a b',
    'a+b',
    'a%20b',
    'a&amp;b',
    'a&b=c?d#e',
    'ä/ö',
    "it's(so)*!~",
    '<x>"y\'',
    'back\\slash',
    'a;b:c@d',
    '%2e%2e',
    '123',
    '__proto__',
    '/x-_.'.slice(1),
  ].toSorted();
  const { store } = await filled(Object.fromEntries(keys.map((key) => [key, key])));
  t.deepEqual(await keysBelow(store, ''), keys);
  for (const key of keys) t.is(String(await readObject(store, key)), key);
});

withNginx('names that no key has are not listed', async (t) => {
  const { store, path } = await filled({ good: 'x', '.hidden': 'x', 'folder/.below': 'x' });
  await writeFile(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff, 0x41])]), 'x');
  t.deepEqual(await keysBelow(store, ''), ['good']);
});

withNginx('a link that leads to itself ends the list', async (t) => {
  const { store, path } = await filled();
  await symlink('.', join(path, 'self'));
  await t.throwsAsync(keysBelow(store, ''), { message: /more than 32 folders below each other/ });
});

withNginx('lists many folders with many objects', async (t) => {
  const numbers = Array.from({ length: 30 }).keys().toArray();
  const objects = numbers.flatMap((i) => numbers.map((j) => `${i}/${j}/guid/hash`));
  const { store } = await filled(Object.fromEntries(objects.map((key) => [key, 'x'])));
  t.deepEqual(await keysBelow(store, ''), objects.toSorted());
  for await (const info of store.list('')) {
    t.deepEqual(await store.stat(info.key), info);
    break;
  }
});

withNginx('a key never leaves the folder', async (t) => {
  const { store } = await filled({ x: 'x' });
  for (const key of ['../x', 'a/../../x', '/etc/passwd', '', 'a//b', 'a/.', '.tmp/x', 'a\0b']) {
    await t.throwsAsync(store.stat(key), { message: /Not a store key/ }, key);
    await t.throwsAsync(store.open(key), { message: /Not a store key/ }, key);
    if (key !== '') await t.throwsAsync(keysBelow(store, `${key}/`), { message: /Not a store key/ }, key);
  }
});

withNginx('a folder that is missing is an outage, not an absence', async (t) => {
  const { store, path } = await filled({ x: 'x' });
  await rm(path, { recursive: true });
  const calls = [
    store.stat('x'),
    store.open('x'),
    store.open('x', { start: 1 }),
    keysBelow(store, ''),
    keysBelow(store, 'a/'),
  ];
  for (const call of calls)
    await t.throwsAsync(call, { code: 'unavailable', message: /there is no such folder: make it/ });
});

withNginx('a folder that goes away is found out after some seconds', async (t) => {
  const { store, path } = await filled({ x: 'x' });
  t.is(await store.stat('y'), undefined);
  await rm(path, { recursive: true });
  for (let i = 0; i < 600; i++) {
    const said = await store.stat('y').catch((error: unknown) => ({ error: String(error) }));
    if (said !== undefined) return t.regex(JSON.stringify(said), /there is no such folder/);
    await delay(100);
  }
  return t.fail('it is still believed to be there');
});

withNginx('credentials that are refused are said, and not shown', async (t) => {
  const { location } = await filled({ x: 'x' });
  const passwordFile = join(await tempDir(t), 'wrong');
  await writeFile(passwordFile, 'wrong-and-secret');
  const { user: _, passwordFile: _too, ...anonymous } = location;
  for (const denied of [{ ...location, passwordFile }, { ...location, user: 'nobody' }, anonymous]) {
    const store = new WebdavReader(denied);
    for (const call of [store.stat('x'), store.open('x'), store.stat('missing'), keysBelow(store, '')]) {
      const error = await t.throwsAsync(call, {
        code: 'unavailable',
        message: /refuses our credentials: check user/,
      });
      const said = JSON.stringify([error?.message, error?.stack, error?.cause]);
      t.false(said.includes('wrong-and-secret') || said.includes(davPassword) || said.includes('Basic '));
    }
  }
});

withNginx('a password that changes is read again', async (t) => {
  const { location } = await filled({ x: 'x' });
  const passwordFile = join(await tempDir(t), 'password');
  const store = new WebdavReader({ ...location, passwordFile });
  await t.throwsAsync(store.stat('x'), { code: 'unavailable', message: /Cannot read the WebDAV password/ });
  await writeFile(passwordFile, davPassword);
  for (let i = 0; i < 600; i++) {
    if ((await store.stat('x').catch(() => undefined)) !== undefined) return t.pass();
    await delay(100);
  }
  return t.fail('the old one is still used');
});

withNginx('a certificate of an authority that is named is trusted, another is not', async (t) => {
  const [tls, other] = [await certificates(t), await certificates(t)];
  const { path, location } = await (await startNginxDav(t, { tls })).directory();
  await writeFile(join(path, 'a'), 'secure');
  const store = new WebdavReader({ ...location, ca: tls.ca });
  t.is(String(await readObject(store, 'a')), 'secure');
  const message = /its certificate is of an unknown authority|certificate/;
  await t.throwsAsync(new WebdavReader(location).stat('a'), { code: 'unavailable', message });
  await t.throwsAsync(new WebdavReader({ ...location, ca: other.ca }).stat('a'), {
    code: 'unavailable',
    message,
  });
  const missing = join(await tempDir(t), 'missing.pem');
  t.throws(() => new WebdavReader({ ...location, ca: missing }), {
    code: 'invalid',
    message: /Cannot read the authorities/,
  });
});

test('a location says what is wrong with it', (t) => {
  const url = 'https://blobstore.internal:4443/admin/cc-droplets';
  t.is(webdavLocation.parse({ url }).url, `${url}/`);
  t.is(webdavLocation.parse({ url: `${url}/` }).url, `${url}/`);
  for (const bad of [
    {},
    { url: 'blobstore' },
    { url: 'ftp://host/x' },
    { url: 'https://user:secret@host/x' },
    { url: `${url}?x=y` },
    { url: `${url}#x` },
    { url, user: 'x' },
    { url, passwordFile: 'x' },
    { url, user: 'a:b', passwordFile: 'x' },
    { url, password: 'x' },
  ])
    t.false(webdavLocation.safeParse(bad).success, JSON.stringify(bad));
});
