/** What is put into S3: in parts, under conditions, and with answers that get lost. */
import { createHash, randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { S3Location } from '../../src/store/s3/location.ts';
import { S3Store } from '../../src/store/s3/store.ts';
import { readObject } from '../helpers/read.ts';
import { s3Front, type Passing } from '../helpers/s3-front.ts';
import { testWith } from '../helpers/test-with.ts';
import { startVersitygw, type Versitygw } from '../helpers/versitygw.ts';

const withS3 = testWith('versitygw', 'setpriv');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

let started: Promise<Versitygw> | undefined;
const gateway = (): Promise<Versitygw> => (started ??= startVersitygw(stack));
const chunk = randomBytes(256 * 1024);

withS3('a large object goes in parts while it arrives, in little memory', async (t) => {
  const { bucket, openUploads } = await gateway();
  const location = await bucket();
  const store = new S3Store(location);
  const before = process.memoryUsage().rss;
  let peak = 0;
  const hash = createHash('md5');
  const pieces = function* (): Iterable<Buffer> {
    for (let i = 0; i < 1200; i++) {
      peak = Math.max(peak, process.memoryUsage().rss);
      hash.update(chunk);
      yield chunk;
    }
  };
  const info = await store.put('large', Readable.from(pieces()), 'absent');
  t.is(info?.size, 1200 * chunk.length);
  t.deepEqual((await store.stat('large'))?.etag, info?.etag);
  t.true(peak - before < 200_000_000, `${Math.round((peak - before) / 1e6)} MB for 315 MB`);
  const found = createHash('md5');
  const object = await store.open('large');
  for await (const bytes of object?.body ?? []) found.update(bytes as Buffer);
  t.is(found.digest('hex'), hash.digest('hex'));
  t.is(await openUploads(location.bucket), 0);
});

withS3('of sizes about a part none is short or long', async (t) => {
  const store = new S3Store(await (await gateway()).bucket());
  const part = 8 * 1024 * 1024;
  for (const size of [0, 1, part - 1, part, part + 1, 2 * part, 2 * part + 1]) {
    const bytes = randomBytes(size);
    const pieces = size === 0 ? [] : [bytes.subarray(0, size >> 1), bytes.subarray(size >> 1)];
    const info = await store.put(`of-${size}`, Readable.from(pieces));
    t.is(info?.size, size);
    t.true((await readObject(store, `of-${size}`)).equals(bytes), String(size));
  }
});

withS3('a large body that fails leaves neither an object nor parts', async (t) => {
  const { bucket, openUploads } = await gateway();
  const location = await bucket();
  const store = new S3Store(location);
  const pieces = async function* (): AsyncIterable<Buffer> {
    for (let i = 0; i < 90; i++) yield chunk;
    while ((await openUploads(location.bucket)) === 0) await delay(10);
    throw new Error('broken on the way');
  };
  await t.throwsAsync(store.put('large', Readable.from(pieces()), 'absent'), {
    message: 'broken on the way',
  });
  t.is(await openUploads(location.bucket), 0);
  t.is(await store.stat('large'), undefined);
});

withS3('a body that is cut off is destroyed, and its put ends', async (t) => {
  const { bucket, openUploads } = await gateway();
  const location = await bucket();
  const body = new Readable({ read: () => undefined });
  const put = new S3Store(location).put('cut', body);
  for (let i = 0; i < 80; i++) body.push(chunk);
  const end = t.throwsAsync(put, { message: /gone/ });
  setImmediate(() => body.destroy(new Error('the client is gone')));
  await end;
  t.true(body.destroyed);
  t.is(await openUploads(location.bucket), 0);
});

withS3('of large objects that must be absent one wins, and the others leave nothing', async (t) => {
  const { bucket, openUploads } = await gateway();
  const location = await bucket();
  const stores = [0, 1, 2].map(() => new S3Store(location));
  const bodies = stores.map((_, i) => Array<Buffer>(40).fill(Buffer.alloc(chunk.length, i)));
  const results = await Promise.all(
    stores.map((store, i) => store.put('once', Readable.from(bodies[i] ?? []), 'absent')),
  );
  const winners = results.flatMap((info, i) => (info === undefined ? [] : [i]));
  t.is(winners.length, 1);
  t.is((await readObject(stores[0] ?? t.fail(), 'once'))[0], winners[0]);
  t.is(await openUploads(location.bucket), 0);
});

/** A store whose server loses the answer to the first request that `isIt` is. */
async function losing(t: ExecutionContext, isIt: (passing: Passing) => boolean) {
  const { bucket, port } = await gateway();
  const location: S3Location = await bucket();
  let lost = 0;
  const endpoint = await s3Front(t, port, (passing) => {
    if (lost > 0 || !isIt(passing)) return passing.pass();
    lost++;
    return passing.loseAnswer();
  });
  return { store: new S3Store({ ...location, endpoint }), direct: new S3Store(location), lost: () => lost };
}

withS3('who creates and does not hear of it has created', async (t) => {
  const { store, lost } = await losing(t, ({ incoming }) => incoming.method === 'PUT');
  const info = await store.put('mine', Buffer.from('1'), 'absent');
  t.is(lost(), 1);
  t.deepEqual(info?.etag, (await store.stat('mine'))?.etag);
  t.is(await store.put('mine', Buffer.from('2'), 'absent'), undefined);
});

withS3('who swaps and does not hear of it has swapped', async (t) => {
  const { store, direct, lost } = await losing(t, ({ incoming }) => incoming.method === 'PUT');
  const first = await direct.put('mine', Buffer.from('1'));
  const info = await store.put('mine', Buffer.from('2'), { etag: first?.etag ?? '' });
  t.is(lost(), 1);
  t.deepEqual(info?.etag, (await store.stat('mine'))?.etag);
  t.is(String(await readObject(store, 'mine')), '2');
});

for (const condition of [undefined, 'absent'] as const) {
  withS3(
    `who puts parts together (${condition ?? 'always'}) and does not hear of it has done so`,
    async (t) => {
      const { store, lost } = await losing(
        t,
        ({ incoming }) => incoming.method === 'POST' && incoming.url?.includes('uploadId=') === true,
      );
      const info = await store.put('mine', Readable.from(Array<Buffer>(40).fill(chunk)), condition);
      t.is(lost(), 1);
      t.is(info?.size, 40 * chunk.length);
      t.deepEqual(info?.etag, (await store.stat('mine'))?.etag);
    },
  );
}

withS3(
  'who puts parts together, does not hear of it, and is told that there are none, has done so',
  async (t) => {
    const { bucket, port } = await gateway();
    const location = await bucket();
    let asked = 0;
    const endpoint = await s3Front(t, port, ({ incoming, response, pass, loseAnswer }) => {
      if (incoming.method !== 'POST' || incoming.url?.includes('uploadId=') !== true) return pass();
      if (asked++ === 0) return loseAnswer();
      incoming.resume();
      return answer(response, 404, 'NoSuchUpload');
    });
    const store = new S3Store({ ...location, endpoint });
    const info = await store.put('mine', Readable.from(Array<Buffer>(40).fill(chunk)));
    t.is(asked, 2);
    t.deepEqual(info?.etag, (await store.stat('mine'))?.etag);
  },
);

/** A store that is told of a conflict so often before the server is asked. */
async function contested(t: ExecutionContext, times: number): Promise<S3Store> {
  const { bucket, port } = await gateway();
  const location = await bucket();
  let left = times;
  const endpoint = await s3Front(t, port, ({ incoming, response, pass }) => {
    const isCondition = incoming.headers['if-none-match'] !== undefined;
    if (!isCondition || left-- <= 0) return pass();
    incoming.resume();
    return answer(response, 409, 'ConditionalRequestConflict');
  });
  return new S3Store({ ...location, endpoint });
}

function answer(response: ServerResponse, status: number, code: string): void {
  const text = `<Error><Code>${code}</Code><Message>so it is</Message></Error>`;
  response.writeHead(status, { 'Content-Type': 'application/xml' }).end(text);
}

withS3('a put that meets another one is tried again, and in the end said to be busy', async (t) => {
  t.is((await (await contested(t, 3)).put('a', Buffer.from('x'), 'absent'))?.size, 1);
  const error = await t.throwsAsync((await contested(t, 1000)).put('a', Buffer.from('x'), 'absent'));
  t.like(error, { code: 'busy' });
  const large = Readable.from(Array<Buffer>(40).fill(chunk));
  t.like(await t.throwsAsync((await contested(t, 1000)).put('a', large, 'absent')), { code: 'busy' });
});
