import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { connect as connectPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { Failure } from '../../../src/errors.ts';
import type { KeyPair } from '../../../src/http/reload.ts';
import { allowSlowBody, createServer, type Limits } from '../../../src/http/server.ts';

const openssl = promisify(execFile);
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const hello: RequestListener = (_request, response) => void response.end('hello');

async function makePair(t: ExecutionContext, name: string): Promise<KeyPair> {
  const folder = await mkdtemp(join(tmpdir(), 'tls-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl('openssl', ['req', '-x509', ...curve, '-subj', `/CN=${name}`, '-keyout', key, '-out', cert]);
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

async function start(t: ExecutionContext, tls: KeyPair, listener = hello, limits: Partial<Limits> = {}) {
  const server = createServer({ listener, tls, limits });
  const { port } = await server.listen(0, '127.0.0.1');
  t.teardown(() => server.close(0));
  const open = async (options: ConnectionOptions = {}): Promise<TLSSocket> => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options });
    t.teardown(() => socket.destroy());
    await once(socket, 'secureConnect');
    socket.on('error', () => {});
    return socket;
  };
  return { server, open, port };
}

async function ask(socket: TLSSocket): Promise<string> {
  socket.write(get);
  return String(await once(socket, 'data'));
}

const nameOf = (socket: TLSSocket) => socket.getPeerCertificate().subject.CN;

test('a new certificate is shown to new connections, and open ones go on', async (t) => {
  const { server, open } = await start(t, await makePair(t, 'one'));
  const early = await open();
  t.regex(await ask(early), /hello/);
  server.replaceKeyPair(await makePair(t, 'two'));
  const late = await open();
  t.is(nameOf(late), 'two');
  t.regex(await ask(late), /hello/);
  t.is(nameOf(early), 'one');
  t.regex(await ask(early), /hello/);
});

test('an answer that runs while the certificate changes is not cut', async (t) => {
  const half = Promise.withResolvers<void>();
  const listener: RequestListener = (_request, response) => {
    response.writeHead(200, { 'Content-Length': '2' }).write('1');
    void half.promise.then(() => response.end('2'));
  };
  const { server, open } = await start(t, await makePair(t, 'one'), listener);
  const socket = await open();
  t.regex(await ask(socket), /1$/);
  server.replaceKeyPair(await makePair(t, 'two'));
  half.resolve();
  t.is(String(await once(socket, 'data')), '2');
});

test('a pair that does not fit, or is cut, keeps the old one', async (t) => {
  const [one, two] = [await makePair(t, 'one'), await makePair(t, 'two')];
  const { server, open } = await start(t, one);
  for (const bad of [
    { cert: two.cert, key: one.key },
    { cert: two.cert.slice(0, 200), key: two.key },
    { cert: two.cert, key: two.key.slice(0, 60) },
    { cert: '', key: '' },
    { cert: two.cert, key: '' },
  ]) {
    const error = t.throws(() => server.replaceKeyPair(bad), { instanceOf: Failure });
    t.is(error.code, 'invalid');
    t.false(error.message.includes('PRIVATE'));
    t.is(nameOf(await open()), 'one');
  }
});

test('a server does not begin with a pair that does not fit', async (t) => {
  const [one, two] = [await makePair(t, 'one'), await makePair(t, 'two')];
  t.throws(() => createServer({ listener: hello, tls: { cert: one.cert, key: two.key } }), {
    instanceOf: Failure,
  });
});

test('TLS 1.2 and 1.3 are spoken, 1.1 is not, before and after a change', async (t) => {
  const { server, open } = await start(t, await makePair(t, 'one'));
  for (const pair of [undefined, await makePair(t, 'two')]) {
    if (pair !== undefined) server.replaceKeyPair(pair);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await open({ minVersion: version, maxVersion: version });
      t.is(socket.getProtocol(), version);
    }
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await t.throwsAsync(() => open(old), { message: /alert protocol version/ });
  }
});

test('plain HTTP on the TLS port is closed', async (t) => {
  const { port } = await start(t, await makePair(t, 'one'));
  const socket = connectPlain(port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  socket.write(get);
  await new Promise((resolve) => socket.once('close', resolve));
  t.pass();
});

test('a handshake that does not come is cut, also by close', async (t) => {
  const { port, server } = await start(t, await makePair(t, 'one'), hello, { headersTimeoutMs: 200 });
  const silent = connectPlain(port, '127.0.0.1');
  silent.on('error', () => {}).resume();
  await new Promise((resolve) => silent.once('close', resolve));
  const late = connectPlain(port, '127.0.0.1');
  late.on('error', () => {}).resume();
  await once(late, 'connect');
  await server.close(0);
  t.pass();
});

test('slow peers are cut over TLS, too', async (t) => {
  const slow = { bytesPerSecond: 1_000, windowMs: 300 };
  const ended = Promise.withResolvers<unknown>();
  const listener: RequestListener = (request, response) => {
    allowSlowBody(request);
    request.on('error', () => {}).resume();
    if (request.method === 'PUT') return;
    const chunk = Buffer.alloc(64 * 1024);
    const body = Readable.from(Array.from({ length: 1_600 }, () => chunk));
    void pipeline(body, response).then(() => ended.resolve('sent'), ended.resolve);
  };
  const { open } = await start(t, await makePair(t, 'one'), listener, { upload: slow, download: slow });
  const [reader, writer] = [await open(), await open()];
  reader.pause();
  reader.write(get);
  writer.resume();
  writer.write('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nxx');
  await new Promise((resolve) => writer.once('close', resolve));
  t.true((await ended.promise) instanceof Error);
});

/** Answers an upload with many bytes. */
const exchange: RequestListener = (request, response) => {
  allowSlowBody(request);
  request.on('end', () => response.end(Buffer.alloc(3_000_000))).resume();
};

test('an upload at the rate and a whole download go through over TLS', async (t) => {
  const rate = { bytesPerSecond: 10, windowMs: 200 };
  const { open } = await start(t, await makePair(t, 'one'), exchange, { upload: rate, download: rate });
  const socket = await open();
  let received = 0;
  socket.on('data', (chunk: Buffer) => (received += chunk.length));
  socket.write('PUT / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n');
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => setTimeout(resolve, 60));
    socket.write('x');
  }
  await new Promise((resolve) => socket.once('close', resolve));
  t.true(received > 3_000_000);
});
