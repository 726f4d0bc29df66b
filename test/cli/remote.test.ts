/** What the remote operator makes of servers that answer early, strangely or not at all. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import { send } from '../../src/cli/request.ts';
import { remoteOperator } from '../../src/cli/remote.ts';
import { isFailure, type FailureCode } from '../../src/errors.ts';
import { listen } from '../helpers/listen.ts';
import { atEnd, type Owner } from '../helpers/owner.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';
import { startFacade } from '../protocol/facade.ts';

const no1 = '0'.repeat(40);
const as = (url: string, more: { password?: string; ca?: string } = {}) => ({
  url: new URL(url),
  user: 'admin',
  password: undefined,
  ...more,
});

/** Far more than all buffers on the way hold. */
function largeBody(megabytes = 64): Readable {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  return Readable.from(
    (function* () {
      for (let i = 0; i < megabytes; i++) yield chunk;
    })(),
    { objectMode: false },
  );
}

async function startServer(owner: Owner, listener: RequestListener): Promise<string> {
  return `http://${await listen(owner, listener)}`;
}

test('an answer that comes while a large body is being sent is read, each time', async (t) => {
  const users = join(await tempDir(t), 'users');
  await writeFile(users, `admin:${await bcrypt('right', { cost: 4 })}\n`);
  const { url } = await startFacade(t, { users });
  const early: [FailureCode, RegExp, string, string][] = [
    ['unauthenticated', /does not know user admin with that password/, 'wrong', `/droplets/some-guid/${no1}`],
    ['invalid', /cannot be a stack's name/, 'right', '/api/v1/stacks/UPPER/rootfs/1'],
    ['invalid', /no SHA-256/, 'right', '/api/v1/stacks/fs/rootfs/1?sha256=abc'],
    ['invalid', /cannot be a droplet's guid/, 'right', `/droplets/UPPER/${no1}`],
    ['not-found', /Nothing is served/, 'right', '/api/v1/nothing'],
    ['unsupported', /read-only/, 'right', '/v2/some/thing/blobs/uploads/'],
  ];
  for (const [code, message, password, path] of early) {
    for (let i = 0; i < 5; i++) {
      const body = largeBody();
      const error = await t.throwsAsync(() => send(as(url, { password }), path, { method: 'PUT', body }));
      t.true(isFailure(error, code), `${path}: ${String(error)}`);
      t.regex(error?.message ?? '', message);
      t.true(body.destroyed);
    }
  }
});

test('an answer that comes after the whole body is read as well', async (t) => {
  const { url, operator } = await startFacade(t);
  const { droplets } = remoteOperator(as(url));
  const error = await t.throwsAsync(() => droplets.put('some-guid', no1, largeBody(), { wait: true }));
  t.true(isFailure(error, 'mismatch'), String(error));
  t.deepEqual(await operator.droplets.list(), []);
});

testWith('root')('a full disk is told, in the middle of an upload', async (t) => {
  const data = join(await smallDisk(t, 20), 'data');
  const { url } = await startFacade(t, { data });
  const { droplets } = remoteOperator(as(url));
  const put = await t.throwsAsync(() => droplets.put('some-guid', no1, largeBody(), { wait: true }));
  t.true(isFailure(put, 'no-space'), String(put));
  t.regex(put?.message ?? '', /disk .* is full/);
  const path = '/api/v1/stacks/fs/rootfs/1';
  const imported = await t.throwsAsync(() => send(as(url), path, { method: 'PUT', body: largeBody() }));
  t.true(isFailure(imported, 'no-space'), String(imported));
  await t.notThrowsAsync(() => droplets.list(), 'and the facade goes on');
});

test('a facade behind TLS is believed with its authority, and not without', async (t) => {
  const { ca, cert, key } = await certificates(t);
  const { url } = await startFacade(t, { tlsCert: cert, tlsKey: key });
  const trusting = remoteOperator(as(url, { ca: await readFile(ca, 'utf8') }));
  t.deepEqual(await trusting.rootfs.stacks(), []);
  const error = await t.throwsAsync(() => remoteOperator(as(url)).rootfs.stacks());
  t.true(isFailure(error, 'unavailable'));
  t.regex(error?.message ?? '', /Cannot reach the facade at https:.*certificate/);
  const plain = await t.throwsAsync(() => send(as(url.replace('https', 'http')), '/api/v1/stacks'));
  t.true(isFailure(plain, 'unavailable'), String(plain));
});

test('servers that are no facade are told so', async (t) => {
  const cases: [RequestListener, RegExp][] = [
    [(_, response) => response.end('<html>\n\nhello</html>'), /gives no JSON: is that a facade/],
    [(_, response) => response.end('{"other": "program"}'), /another version/],
    [(_, response) => response.writeHead(404).end('<p>\n not here'), /answered 404, .*: <p> not here/],
    [(_, response) => response.writeHead(301, { Location: '/x' }).end(), /answered 301/],
    [(_, response) => response.writeHead(502).end('bad gateway'), /answered 502/],
    [(request) => request.socket.destroy(), /Cannot reach the facade.*: socket hang up/],
    [
      (_, response) =>
        void response.writeHead(200, { 'Content-Length': '9' }).write('[', () => response.destroy()),
      /Cannot reach the facade.*: aborted/,
    ],
  ];
  for (const [listener, message] of cases) {
    const url = await startServer(t, listener);
    const error = await t.throwsAsync(() => remoteOperator(as(url)).rootfs.stacks());
    t.true(isFailure(error, 'unavailable'), String(error));
    t.regex(error?.message ?? '', message);
  }
});

test('a server that goes away under an upload is an error, not a wait', async (t) => {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.resetAndDestroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(t, async () => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const body = largeBody();
  const error = await t.throwsAsync(() =>
    remoteOperator(as(url)).droplets.put('some-guid', no1, body, { wait: true }),
  );
  t.true(isFailure(error, 'unavailable'), String(error));
  t.true(body.destroyed);
});

test('a path before the API is kept, and credentials are sent as they are', async (t) => {
  const asked: (string | undefined)[] = [];
  const url = await startServer(t, (request, response) => {
    asked.push(request.url, request.headers.authorization);
    response.end('[]');
  });
  await remoteOperator(as(`${url}/behind/here/`, { password: 'p:ä' })).droplets.list('some-guid');
  const basic = `Basic ${Buffer.from('admin:p:ä').toString('base64')}`;
  t.deepEqual(asked, ['/behind/here/api/v1/droplets?guid=some-guid', basic]);
});
