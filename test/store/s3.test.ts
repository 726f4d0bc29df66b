import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import test from 'ava';
import { openStore } from '../../src/store/open.ts';
import { s3Location, type S3Location } from '../../src/store/s3/location.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { startVersitygw, type Versitygw } from '../helpers/versitygw.ts';
import { storeConformance } from './conformance.ts';

const withS3 = testWith('versitygw', 'setpriv');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let started: Promise<Versitygw> | undefined;
async function newStore(more: Partial<S3Location> = {}): Promise<S3Store> {
  started ??= startVersitygw(stack);
  return new S3Store(await (await started).bucket(more));
}

storeConformance(withS3, 's3', () => newStore());
storeConformance(withS3, 's3 with a prefix', async () => {
  started ??= startVersitygw(stack);
  const location = await (await started).bucket();
  await new S3Store(location).put('beside/x', Buffer.from('not of this part'));
  return new S3Store({ ...location, prefix: 'part/of-it/' });
});

storeConformance(withS3, 's3 as it is opened', async () => {
  started ??= startVersitygw(stack);
  return openStore({ s3: await (await started).bucket(), singleWriter: false });
});

withS3('a range of nothing, and one past the end, are empty', async (t) => {
  const store = await newStore();
  await store.put('empty', Buffer.alloc(0));
  await store.put('short', Buffer.from('abc'));
  for (const [key, start, size] of [
    ['empty', 0, 0],
    ['empty', 5, 0],
    ['short', 3, 3],
    ['short', 100, 3],
  ] as const) {
    const object = await store.open(key, { start });
    if (object === undefined) throw new Error('not there');
    t.is(object.info.size, size);
    t.is((await buffer(object.body)).length, 0);
  }
  t.is(await store.open('missing', { start: 3 }), undefined);
});

for (const [pathStyle, url] of [
  [true, 'https://s3.example.org/droplets/own/x'],
  [false, 'https://droplets.s3.example.org/own/x'],
] as const) {
  test(`bucket, prefix and region are where they belong (path style: ${pathStyle})`, async (t) => {
    const file = join(await tempDir(t), 'key');
    await writeFile(file, 'the-id');
    const credentials = { accessKeyIdFile: file, secretAccessKeyFile: file };
    const place = {
      bucket: 'droplets',
      prefix: 'own',
      region: 'eu-test-9',
      endpoint: 'https://s3.example.org',
    };
    const location = s3Location.parse({ ...place, ...credentials, pathStyle });
    const { origin, pathname, searchParams } = new URL(await new S3Store(location).presign('x', 60));
    t.is(origin + pathname, url);
    t.regex(searchParams.get('X-Amz-Credential') ?? '', /^the-id\/\d+\/eu-test-9\/s3\/aws4_request$/);
    const bare = await new S3Store({ ...location, region: undefined }).presign('x', 60);
    t.regex(bare, /us-east-1/);
  });
}

withS3('a key that no bucket can hold is absent', async (t) => {
  const store = await newStore();
  const key = `a/${'x'.repeat(200)}`.repeat(6);
  t.is(await store.stat(key), undefined);
  t.is(await store.open(key), undefined);
  await t.notThrowsAsync(store.remove(key));
  await t.throwsAsync(store.stat('a/../b'), { message: /Not a store key/ });
});

withS3('keys keep every character', async (t) => {
  const store = await newStore();
  const keys = ['a b', 'a+b', 'a%20b', 'a&b=c?d#e', 'ä/ö', "it's(so)*!~", 'x/-_.'].toSorted();
  for (const key of keys) await store.put(key, Buffer.from(key));
  t.deepEqual(await keysBelow(store, ''), keys);
  for (const key of keys) t.is(String(await readObject(store, key)), key);
});

withS3('lists more than a page, with the etags that stat gives', async (t) => {
  const store = await newStore();
  const keys = Array.from({ length: 1100 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
  for (let i = 0; i < keys.length; i += 50)
    await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, Buffer.from(key))));
  const found = await Array.fromAsync(store.list('many/'));
  t.deepEqual(found.map(({ key }) => key).toSorted(), keys);
  t.deepEqual(found.at(-1), await store.stat(found.at(-1)?.key ?? ''));
});

withS3('a signed URL gives the object and its ranges to whoever has it, for a time', async (t) => {
  const store = await newStore();
  const bytes = randomBytes(100_000);
  await store.put('v1/objects/some one', bytes);
  const url = await store.presign('v1/objects/some one', 60);
  t.is(new URL(url).searchParams.get('X-Amz-Expires'), '60');
  const whole = await fetch(url);
  t.is(whole.status, 200);
  t.is(whole.headers.get('content-encoding'), null);
  t.deepEqual(Buffer.from(await whole.arrayBuffer()), bytes);
  const part = await fetch(url, { headers: { Range: 'bytes=100-199' } });
  t.is(part.status, 206);
  t.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200));
  t.is((await fetch(url.replace('some%20one', 'another'))).status, 403);
});
