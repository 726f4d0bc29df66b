import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { allowSlowBody, createServer, type Limits } from '../../../src/http/server.ts';

async function start(t: ExecutionContext, listener: RequestListener, limits: Partial<Limits> = {}) {
  const server = createServer({ listener, limits });
  const { port } = await server.listen(0, '127.0.0.1');
  t.teardown(() => server.close(0));
  return (head = '') => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {});
    t.teardown(() => socket.destroy());
    socket.write(head);
    return socket;
  };
}

/** What a connection says until it is closed; a reset counts as a close. */
async function transcript(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

const hello: RequestListener = (_request, response) => void response.end('hello');
const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const put = 'PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n';
const brief = { bytesPerSecond: 1_000, windowMs: 300 };

test('a request is answered, and so is the next on the same connection', async (t) => {
  const open = await start(t, hello);
  const socket = open(`${get}${get.replace('Host', 'Connection: close\r\nHost')}`);
  const answer = await transcript(socket);
  t.is(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 2);
  t.regex(answer, /Keep-Alive: timeout=100/);
});

for (const [name, sent, status] of [
  ['no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
  ['a broken header', 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n', '400 Bad Request'],
  ['a request without Host', 'GET / HTTP/1.1\r\n\r\n', '400 Bad Request'],
  ['headers past the bound', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(70_000)}\r\n\r\n`, '431 '],
  ['headers far past the bound', `GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(1_000_000)}\r\n\r\n`, '431 '],
] as const) {
  test(`${name} is answered with ${status.trim()} and the connection closed`, async (t) => {
    const open = await start(t, (request, response) => {
      t.fail(`handed on: ${request.url}`);
      response.end();
    });
    const socket = open(sent);
    const answer = await transcript(socket);
    t.true(answer.startsWith(`HTTP/1.1 ${status}`), answer);
    t.regex(answer, /\r\nConnection: close\r\n/);
  });
}

test('headers of almost 64 KiB are fine: podman sends 18', async (t) => {
  const open = await start(t, (request, response) => response.end(String(request.headers.range?.length)));
  const answer = await transcript(
    open(`GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nRange: ${'r'.repeat(60_000)}\r\n\r\n`),
  );
  t.true(answer.endsWith('60000'), answer);
});

for (const [name, sent] of [
  ['nothing', ''],
  ['half a header', 'GET / HTTP/1.1\r\nHo'],
] as const) {
  test(`who sends ${name} is told so and cut`, async (t) => {
    const open = await start(t, hello, { headersTimeoutMs: 200 });
    t.regex(await transcript(open(sent)), /^HTTP\/1\.1 408 /);
  });
}

test('garbage after a request whose answer is under way does not get into the answer', async (t) => {
  const open = await start(t, (_request, response) => void response.writeHead(200).write('begun'));
  const answer = await transcript(open(`${get}garbage\r\n\r\n`));
  t.false(answer.includes('400'), answer);
});

test('a body that does not come in time is cut', async (t) => {
  const failed = Promise.withResolvers<unknown>();
  const listener: RequestListener = (request) => void text(request).then(failed.reject, failed.resolve);
  const open = await start(t, listener, { requestTimeoutMs: 200 });
  t.is(await transcript(open(`${put}some`)), '');
  t.true((await failed.promise) instanceof Error);
});

test('it is cut also when the answer went out before', async (t) => {
  const open = await start(t, hello, { requestTimeoutMs: 200 });
  t.regex(await transcript(open(`${put}some`)), /hello/);
});

/** Takes an upload, once it gets round to it, and says how long it was. */
function receive(afterMs = 0): RequestListener {
  return (request, response) => {
    allowSlowBody(request);
    void sleep(afterMs)
      .then(() => text(request))
      .then((body) => response.end(`got ${body.length}`))
      .catch(() => response.destroy());
  };
}

test('an upload may take longer, at the minimum rate', async (t) => {
  const open = await start(t, receive(), {
    requestTimeoutMs: 100,
    upload: { bytesPerSecond: 10, windowMs: 300 },
  });
  const socket = open(put);
  const answer = transcript(socket);
  for (let i = 0; i < 10; i++) {
    await sleep(80);
    socket.write('x'.repeat(100));
  }
  socket.end();
  t.regex(await answer, /got 1000/);
});

test('an upload below the minimum rate is cut', async (t) => {
  const open = await start(t, receive(), { upload: brief });
  const socket = open(put);
  const dripping = setInterval(() => socket.write('x'), 20);
  t.teardown(() => clearInterval(dripping));
  t.is(await transcript(socket), '');
});

test('an upload that we are too busy to read is not cut', async (t) => {
  const open = await start(t, receive(1_000), { requestTimeoutMs: 100, upload: brief });
  const socket = open(`${put.replace('1000', '1000000')}${'x'.repeat(500_000)}`);
  const answer = transcript(socket);
  await sleep(1_000);
  socket.end('x'.repeat(500_000));
  t.regex(await answer, /got 1000000/);
});

/** Answers with many megabytes; tells how sending them ended. */
function endless() {
  const ended = Promise.withResolvers<unknown>();
  const listener: RequestListener = (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024);
    const body = Readable.from(Array.from({ length: 1_600 }, () => chunk));
    void pipeline(body, response).then(() => ended.resolve('sent'), ended.resolve);
  };
  return { listener, ended: ended.promise };
}

test('a reader that stops is cut, and what is sent to it is released', async (t) => {
  const { listener, ended } = endless();
  const open = await start(t, listener, { download: brief });
  const socket = open(get);
  socket.pause();
  t.true((await ended) instanceof Error);
});

test('a reader at the minimum rate is not cut', async (t) => {
  const { listener, ended } = endless();
  const open = await start(t, listener, { download: brief });
  const socket = open(get);
  socket.on('data', () => {
    socket.pause();
    setTimeout(() => socket.resume(), 1);
  });
  t.is(await ended, 'sent');
});

test('an answer that takes us long is nobody’s fault', async (t) => {
  const open = await start(
    t,
    (_request, response) => {
      response.write('a');
      void sleep(1_000).then(() => response.end('z'));
    },
    { requestTimeoutMs: 100, upload: brief, download: brief },
  );
  t.regex(await transcript(open(get.replace('Host', 'Connection: close\r\nHost'))), /\r\nz\r\n0\r\n/);
});

test('connections past the bound are not accepted', async (t) => {
  const open = await start(t, hello, { maxConnections: 2 });
  const [first, second] = [open(get), open(get)];
  await Promise.all([once(first, 'data'), once(second, 'data')]);
  t.is(await transcript(open(get)), '');
  first.write(get);
  t.true(String(await once(first, 'data')).includes('hello'));
});

test('who left connections behind keeps nobody out: those idle for longest are closed', async (t) => {
  let busy: (() => void) | undefined;
  const listener: RequestListener = (request, response) => {
    if (request.url === '/busy') busy = () => void response.end('at last');
    else response.end('hello');
  };
  const open = await start(t, listener, { maxConnections: 8 });
  const closed: number[] = [];
  const waiting = open(get.replace('/', '/busy'));
  await waitFor(() => busy !== undefined);
  for (let at = 0; at < 30; at++) {
    const socket = open(get);
    socket.once('close', () => closed.push(at));
    t.regex(String((await once(socket, 'data'))[0]), /hello/, `connection ${at}`);
  }
  await waitFor(() => closed.length >= 24);
  t.deepEqual(
    closed,
    closed.map((_, at) => at),
    'in order',
  );
  busy?.();
  t.regex(String((await once(waiting, 'data'))[0]), /at last/);
});

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

test('idle connections are closed after the keep-alive time', async (t) => {
  const open = await start(t, hello, { keepAliveTimeoutMs: 100 });
  t.regex(await transcript(open(get)), /hello/);
});
