/** A WebDAV server that cannot answer, or says what is not so: always `unavailable`, within a time, and with words that help. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { isFailure } from '../../src/errors.ts';
import { resumingReader } from '../../src/store/resuming.ts';
import type { ReadableStore } from '../../src/store/store.ts';
import type { Timeouts } from '../../src/store/webdav/client.ts';
import { WebdavReader } from '../../src/store/webdav/reader.ts';
import { faultProxy, type FaultProxy } from '../helpers/fault-proxy.ts';
import { deadPort } from '../helpers/dead-port.ts';
import { startNginxDav, type NginxDav } from '../helpers/nginx-dav.ts';
import { keysBelow, readObject } from '../helpers/read.ts';
import { testWith } from '../helpers/test-with.ts';

const withNginx = testWith('nginx', 'setpriv');
const stack = new AsyncDisposableStack();
test.after.always(() => stack.disposeAsync());

const impatient: Partial<Timeouts> = { connect: 1_000, answer: 1_000, idle: 1_000 };

/** A reader of a server of our own. */
async function reader(
  t: ExecutionContext,
  meet: (response: ServerResponse, incoming: IncomingMessage) => unknown,
): Promise<WebdavReader> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    meet(response, incoming);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return new WebdavReader({ url: `http://127.0.0.1:${address.port}/dav/` }, impatient);
}

async function isUnavailable(t: ExecutionContext, store: WebdavReader, message: RegExp): Promise<void> {
  const calls: Record<string, () => Promise<unknown>> = {
    stat: () => store.stat('a'),
    open: () => store.open('a'),
    range: () => store.open('a', { start: 1 }),
    list: () => keysBelow(store, ''),
    below: () => keysBelow(store, 'a/b/'),
  };
  for (const [name, call] of Object.entries(calls))
    await t.throwsAsync(call(), { code: 'unavailable', message }, name);
}

test('nobody listens', async (t) => {
  const store = new WebdavReader({ url: `http://127.0.0.1:${deadPort}/dav/` });
  await isUnavailable(t, store, /nobody listens there/);
});

test('a server that says nothing', async (t) => {
  await isUnavailable(t, await reader(t, () => undefined), /it does not answer in time/);
});

test('a server that breaks the connection', async (t) => {
  await isUnavailable(t, await reader(t, (response) => response.destroy()), /it broke the connection/);
});

test('a server that answers what says nothing of the object', async (t) => {
  for (const [status, message] of [
    [200, /no ranges|does not say the size|it answers 200/],
    [301, /it sends us elsewhere: correct the URL \(status 301\)/],
    [307, /it sends us elsewhere/],
    [403, /it denies us/],
    [500, /it answers 500/],
    [503, /it has too much to do: try again/],
  ] as const) {
    const store = await reader(t, (response) => {
      response.writeHead(status, { Location: 'http://127.0.0.1:1/dav/a/b' }).write('<h1>It works!</h1>');
      response.end();
    });
    await isUnavailable(t, store, message);
  }
});

test('an absence is not told where PROPFIND is not known', async (t) => {
  const store = await reader(t, (response, { method }) =>
    response.writeHead(method === 'PROPFIND' ? 405 : 404).end(),
  );
  await t.throwsAsync(store.stat('a'), { code: 'unavailable', message: /enable PROPFIND there/ });
  await t.throwsAsync(store.open('a'), { code: 'unavailable', message: /enable PROPFIND there/ });
});

test('a redirect is a folder where it adds a slash, and nothing else', async (t) => {
  for (const [to, isFolder] of [
    ['/dav/a/', true],
    ['http://blobstore.internal:4443/dav/a/', true],
    ['/dav/', false],
    ['/dav/b', false],
    ['/login?next=/dav/a/', false],
    ['', false],
  ] as const) {
    const store = await reader(t, (response, { method }) => {
      if (method === 'PROPFIND') response.writeHead(207).end();
      else response.writeHead(301, { Location: to }).end();
    });
    for (const call of [() => store.stat('a'), () => store.open('a')]) {
      if (isFolder) t.is(await call(), undefined, to);
      else await t.throwsAsync(call(), { code: 'unavailable', message: /it sends us elsewhere/ }, to);
    }
  }
});

test('bytes that are not those of the range, or are encoded, are not taken', async (t) => {
  const whole = { 'Content-Length': '10', ETag: '"x"' };
  for (const [status, headers, message] of [
    [206, { ...whole, 'Content-Range': 'bytes 2-11/20' }, /other bytes than the range/],
    [206, { ...whole, 'Content-Range': 'bytes 1-4/20' }, /other bytes than the range/],
    [206, { ...whole, 'Content-Range': 'bytes 1-9/*' }, /other bytes than the range/],
    [206, whole, /other bytes than the range/],
    [200, whole, /it gives no ranges/],
    [200, { ...whole, 'Content-Encoding': 'gzip' }, /encoded by gzip/],
  ] as const) {
    const store = await reader(t, (response) => response.writeHead(status, headers).end(Buffer.alloc(10)));
    await t.throwsAsync(store.open('a', { start: 1, end: 9 }), { code: 'unavailable', message });
  }
});

const oneFolder = (href: string): string =>
  `<D:response><D:href>${href}</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype></D:prop>` +
  '<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>';
const listOf = (...hrefs: string[]): string =>
  `<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">${hrefs.map(oneFolder).join('')}</D:multistatus>`;

test('lists that are not to be trusted', async (t) => {
  for (const [answer, message] of [
    ['', /no XML/],
    ['<html>', /no XML/],
    ['<html></html>', /no multi-status/],
    [listOf('/dav/').slice(0, -20), /no XML/],
    [listOf(), /it lists another folder/],
    [listOf('/other/'), /does not lie in/],
    [listOf('/dav/', '/dav/../etc/'), /does not lie in/],
    [listOf('/dav/', '/dav/%2e%2e/'), /does not lie in/],
    [listOf('/dav/', '/dav/a/b/'), /does not lie in/],
    [`<!DOCTYPE x [<!ENTITY x "y">]>${listOf('/dav/')}`, /document type/],
    [listOf('/dav/').replace('200 OK', '500 Oh'), /cannot tell what/],
    [
      listOf('/dav/', '/dav/a')
        .replaceAll('<D:collection/>', '')
        .replace('<D:resourcetype>', '<D:resourcetype><D:collection/>'),
      /does not say the size/,
    ],
    [listOf('/dav/') + ' '.repeat(9_000_000), /it lists more than/],
  ] as const) {
    const store = await reader(t, (response) => response.writeHead(207).end(answer));
    await t.throwsAsync(keysBelow(store, ''), { code: 'unavailable', message }, answer.slice(0, 300));
  }
});

/** As Apache writes it, and some more. */
const apacheList = (host: string): string => `<?xml version="1.0"?>
  <multistatus xmlns="DAV:" xmlns:x="http://x/">
    <response><href>${host}/dav</href><propstat><prop><resourcetype><collection/></resourcetype></prop><status>HTTP/1.1 200 OK</status></propstat>
      <propstat><prop><getcontentlength/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>
    <response><href>${host}/dav/%61%20b</href><propstat><prop><resourcetype/><getcontentlength>3</getcontentlength>
      <getlastmodified>Sat, 21 Nov 2026 12:41:20 GMT</getlastmodified><getetag>"x&quot;</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>
    <response><href>${host}/dav/a%2Fb</href><propstat><prop><getcontentlength>3</getcontentlength></prop><status>HTTP/1.1 200 OK</status></propstat></response>
    <response><href>${host}/dav/gone</href><status>HTTP/1.1 404 Not Found</status></response>
  </multistatus>`;

test('a list is read from servers that write otherwise than nginx', async (t) => {
  for (const host of ['', 'http://blobstore.internal:4443']) {
    const store = await reader(t, (response) => response.writeHead(207).end(apacheList(host)));
    t.deepEqual(await Array.fromAsync(store.list('')), [
      { key: 'a b', size: 3, modified: Date.UTC(2026, 10, 21, 12, 41, 20), etag: '"x"' },
    ]);
  }
});

test('a body that stalls is broken, and one whose reader takes its time is not', async (t) => {
  const head = { 'Content-Length': '1000000', ETag: '"x"' };
  const stalling = await reader(t, (response) => response.writeHead(200, head).write(Buffer.alloc(1000)));
  await t.throwsAsync(readObject(stalling, 'a'), { code: 'UND_ERR_BODY_TIMEOUT' });
  const whole = await reader(t, (response) => response.writeHead(200, head).end(Buffer.alloc(1_000_000)));
  const object = await whole.open('a');
  let size = 0;
  for await (const piece of object?.body ?? []) {
    if (size === 0) await delay(4_000);
    size += (piece as Buffer).length;
  }
  t.is(size, 1_000_000);
});

test('what nobody wants gives its connection back', async (t) => {
  const open = new Set<object>();
  const store = await reader(t, (response, incoming) => {
    open.add(incoming.socket);
    incoming.socket.once('close', () => open.delete(incoming.socket));
    response.writeHead(200, { 'Content-Length': '1000000', ETag: '"x"' }).write(Buffer.alloc(1000));
  });
  for (let i = 0; i < 200; i++) (await store.open('a'))?.body.destroy();
  for (let i = 0; i < 1000 && open.size > 0; i++) await delay(10);
  t.is(open.size, 0);
});

let started: Promise<NginxDav> | undefined;

type Faulty = { proxy: FaultProxy; bare: WebdavReader; store: ReadableStore; bytes: Buffer };

/** nginx with 8 MB at `big` behind a proxy. */
async function faulty(t: ExecutionContext, patience: { stall?: number } = {}): Promise<Faulty> {
  const nginx = await (started ??= startNginxDav(stack));
  const { path, location } = await nginx.directory();
  const bytes = randomBytes(8_000_000);
  await writeFile(join(path, 'big'), bytes);
  const proxy = await faultProxy(t, nginx.port);
  const bare = new WebdavReader({ ...location, url: location.url.replace(/127\.0\.0\.1:\d+/, proxy.host) });
  t.teardown(() => bare.close());
  return { proxy, bare, store: resumingReader(bare, { pause: 10, ...patience }), bytes };
}

for (const kind of ['reset', 'truncate', 'stall'] as const) {
  withNginx(`a body that meets a ${kind} in the middle goes on at the right byte`, async (t) => {
    const { proxy, bare, store, bytes } = await faulty(t, kind === 'stall' ? { stall: 1_000 } : {});
    proxy.next(1, { kind, after: 5_000_000 });
    t.true((await readObject(store, 'big')).equals(bytes));
    t.deepEqual([proxy.counters[kind], proxy.counters.requests], [1, 2]);
    const [, start] =
      /^GET \/admin\/cc-droplets-\d+\/big bytes=(\d+)-7999999$/.exec(proxy.log[1] ?? '') ?? [];
    // A reset takes with it what was received and not read.
    if (kind === 'reset') t.true(Number(start) > 0 && Number(start) <= 5_000_000, start);
    else t.is(start, '5000000');
    if (kind === 'stall') return;
    proxy.next(1, { kind, after: 5_000_000 });
    await t.throwsAsync(readObject(bare, 'big'), undefined, 'without the wrapper it breaks');
  });
}

withNginx('a range goes on at the right byte, from fault to fault', async (t) => {
  const { proxy, store, bytes } = await faulty(t);
  proxy.next(2, { kind: 'truncate', after: 1_000_000 });
  proxy.next(2, { kind: 'answer', status: 503 });
  proxy.next(1, { kind: 'lose' });
  proxy.next(1, { kind: 'reset', after: 0 });
  proxy.next(1, { kind: 'delay', milliseconds: 50 });
  const object = await store.open('big', { start: 10, end: 7_000_000 });
  if (object === undefined) throw new Error('not there');
  t.true((await buffer(object.body)).equals(bytes.subarray(10, 7_000_001)));
  const ranges = proxy.log.map((line) => line.split('bytes=')[1]);
  t.deepEqual(ranges, ['10-7000000', '1000010-7000000', ...Array<string>(5).fill('2000010-7000000')]);
  const { reset, truncate, answer, lose, delay: delayed } = proxy.counters;
  t.deepEqual(
    { reset, truncate, answer, lose, delayed },
    { reset: 1, truncate: 2, answer: 2, lose: 1, delayed: 1 },
  );
});

withNginx('a server that goes away in the middle and comes back is waited for', async (t) => {
  const { proxy, store, bytes } = await faulty(t);
  const object = await store.open('big');
  if (object === undefined) throw new Error('not there');
  await proxy.leave();
  const whole = buffer(object.body);
  await delay(50);
  await proxy.comeBack();
  t.true((await whole).equals(bytes));
});

withNginx('a server that goes away for good fails the body, and says why', async (t) => {
  const { proxy, store } = await faulty(t);
  const object = await store.open('big');
  if (object === undefined) throw new Error('not there');
  await proxy.leave();
  const message = /Cannot read big beyond byte \d+ of 8000000: .*nobody listens there, 6 tries later/;
  await t.throwsAsync(buffer(object.body), { code: 'unavailable', message });
});

withNginx('an object that is replaced in the middle fails the body', async (t) => {
  const nginx = await (started ??= startNginxDav(stack));
  const { path, location } = await nginx.directory();
  await writeFile(join(path, 'big'), randomBytes(8_000_000));
  const proxy = await faultProxy(t, nginx.port);
  const store = resumingReader(
    new WebdavReader({ ...location, url: location.url.replace(/127\.0\.0\.1:\d+/, proxy.host) }),
    { pause: 10 },
  );
  proxy.next(1, { kind: 'reset', after: 5_000_000 });
  const object = await store.open('big');
  if (object === undefined) throw new Error('not there');
  await writeFile(join(path, 'big'), randomBytes(8_000_001));
  await t.throwsAsync(buffer(object.body), {
    code: 'unavailable',
    message: /it changed while it was read/,
  });
});

withNginx('a reader that leaves asks for nothing more', async (t) => {
  const { proxy, store } = await faulty(t, { stall: 500 });
  proxy.next(1, { kind: 'stall', after: 1_000_000 });
  const object = await store.open('big');
  if (object === undefined) throw new Error('not there');
  await once(object.body, 'data');
  object.body.destroy();
  await delay(1_500);
  t.is(proxy.counters.requests, 1);
});

withNginx('bytes that are changed on the way pass: only a hash finds them', async (t) => {
  const { proxy, store, bytes } = await faulty(t);
  proxy.next(1, { kind: 'corrupt', at: 1_234_567 });
  const read = await readObject(store, 'big');
  t.is(proxy.counters.corrupt, 1);
  t.is(read[1_234_567], (bytes[1_234_567] ?? 0) ^ 0xff);
  t.not(createHash('sha256').update(read).digest('hex'), createHash('sha256').update(bytes).digest('hex'));
});

withNginx('reads under random faults are exact, or fail and say so', async (t) => {
  const { proxy, store, bytes } = await faulty(t);
  proxy.random(0.4, [
    { kind: 'reset', after: 'anywhere' },
    { kind: 'truncate', after: 'anywhere' },
    { kind: 'answer', status: 500 },
    { kind: 'lose' },
  ]);
  const outcomes = { exact: 0, failed: 0 };
  for (let i = 0; i < 60; i++) {
    const start = i * 100_000;
    try {
      const object = await store.open('big', { start, end: start + 199_999 });
      if (object === undefined) throw new Error('not there');
      t.true((await buffer(object.body)).equals(bytes.subarray(start, start + 200_000)));
      outcomes.exact++;
    } catch (error) {
      t.true(isFailure(error, 'unavailable'), String(error));
      outcomes.failed++;
    }
  }
  t.true(outcomes.exact > 30, JSON.stringify(outcomes));
  const { reset, truncate, answer, lose } = proxy.counters;
  t.true(Math.min(reset, truncate, answer, lose) > 0, JSON.stringify(proxy.counters));
});

withNginx('the same seed gives the same faults', async (t) => {
  const { port } = await (started ??= startNginxDav(stack));
  const statuses = async (seed: number): Promise<number[]> => {
    const proxy = await faultProxy(t, port, seed);
    proxy.random(0.5, [
      { kind: 'answer', status: 500, code: 'InternalError' },
      { kind: 'answer', status: 503, code: 'SlowDown' },
    ]);
    const found: number[] = [];
    for (let i = 0; i < 40; i++) found.push((await fetch(`http://${proxy.host}/admin/`)).status);
    proxy.calm();
    t.is((await fetch(`http://${proxy.host}/admin/`)).status, 401);
    return found;
  };
  const first = await statuses(7);
  t.deepEqual(new Set(first), new Set([401, 500, 503]));
  t.deepEqual(await statuses(7), first);
  t.notDeepEqual(await statuses(8), first);
});
