import { once } from 'node:events';
import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { createServer } from '../../../src/http/server.ts';
import { Failure } from '../../../src/errors.ts';

async function start(t: ExecutionContext, listener: RequestListener) {
  const server = createServer({ listener });
  const { port } = await server.listen(0, '127.0.0.1');
  t.teardown(() => server.close(0));
  const open = (head = '') => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    t.teardown(() => socket.destroy());
    socket.write(head);
    return socket;
  };
  return { server, open, port };
}

const get = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const long = 60_000;

/** Answers that stay open until the test ends them. */
function held() {
  const responses: ServerResponse[] = [];
  const waiting: (() => void)[] = [];
  const listener: RequestListener = (_request, response) => {
    responses.push(response);
    waiting.splice(0).forEach((resolve) => resolve());
  };
  const arrived = async (count: number) => {
    while (responses.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return responses;
  };
  return { listener, arrived };
}

async function transcript(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve) => socket.once('close', resolve));
  return Buffer.concat(chunks).toString('latin1');
}

test('idle connections are closed at once, answered on or never used', async (t) => {
  const { server, open } = await start(t, (_request, response) => void response.end('hello'));
  const [used, unused, half] = [open(get), open(), open('GET / HT')];
  await once(used, 'data');
  const ends = [used, unused, half].map((socket) => transcript(socket));
  await server.close(long);
  t.deepEqual(await Promise.all(ends), ['', '', '']);
});

test('running answers finish, and their connections close after them', async (t) => {
  const { listener, arrived } = held();
  const { server, open, port } = await start(t, listener);
  const [begun, unbegun] = [open(get), open(get)];
  const responses = await arrived(2);
  responses[0]?.writeHead(200, { 'Content-Length': '10' }).write('12345');
  await once(begun, 'data');
  const ends = [transcript(begun), transcript(unbegun)];
  const closed = server.close(long);
  await t.throwsAsync(once(connect(port, '127.0.0.1'), 'connect'), { code: 'ECONNREFUSED' });
  responses[0]?.end('67890');
  responses[1]?.end('whole');
  const answers = await Promise.all(ends);
  t.true(answers.some((answer) => answer.endsWith('67890')));
  t.true(answers.some((answer) => /Connection: close\r\n[^]*whole/.test(answer)));
  await closed;
});

test('one that retires answers all who come, and lets none of them stay', async (t) => {
  const { listener, arrived } = held();
  const { server, open } = await start(t, listener);
  const [asked, idle] = [open(get), open()];
  const [first] = await arrived(1);
  server.retire();
  const answer = transcript(asked);
  first?.end('whole');
  t.regex(await answer, /Connection: close\r\n[^]*whole/);
  // Who says nothing is not ended: a request of its may be on the way.
  for (const socket of [idle, open()]) {
    const other = transcript(socket);
    socket.write(get);
    const responses = await arrived(socket === idle ? 2 : 3);
    responses.at(-1)?.end('another');
    t.regex(await other, /Connection: close\r\n[^]*another/);
  }
});

test('a request that comes on an open connection while closing is answered, and is the last', async (t) => {
  const { listener, arrived } = held();
  const { server, open } = await start(t, listener);
  const socket = open(get);
  const [first] = await arrived(1);
  first?.writeHead(200, { 'Content-Length': '1' }).write('');
  const answer = transcript(socket);
  const closed = server.close(long);
  socket.write(get);
  const [, second] = await arrived(2);
  second?.end('second');
  first?.end('1');
  t.regex(await answer, /1HTTP\/1\.1 200 OK[^]*Connection: close[^]*second/);
  await closed;
});

test('after the grace the rest is cut', async (t) => {
  const { listener, arrived } = held();
  const { server, open } = await start(t, listener);
  const socket = open(get);
  const [response] = await arrived(1);
  response?.writeHead(200, { 'Content-Length': '10' }).write('12345');
  const answer = transcript(socket);
  await server.close(50);
  t.true((await answer).endsWith('12345'));
});

test('a second close shortens the grace', async (t) => {
  const { listener, arrived } = held();
  const { server, open } = await start(t, listener);
  open(get);
  await arrived(1);
  const slow = server.close(long);
  await server.close(0);
  await slow;
  t.pass();
});

test('a server that never listened closes too', async (t) => {
  await createServer({ listener: () => {} }).close(long);
  t.pass();
});

test('an address that is taken is an error that names it', async (t) => {
  const { port } = await start(t, () => {});
  const second = createServer({ listener: () => {} });
  const error = await t.throwsAsync(() => second.listen(port, '127.0.0.1'), { instanceOf: Failure });
  t.is(error.code, 'unavailable');
  t.true(error.message.includes(`127.0.0.1:${port}`) && error.message.includes('EADDRINUSE'));
  await second.close(0);
});
