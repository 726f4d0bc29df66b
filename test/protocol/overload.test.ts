/** One client that asks for far more than its share, and another that must not notice. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import type { ConfigInput } from '../../src/config/schema.ts';
import { placeDroplets } from '../helpers/crowd/droplets.ts';
import { atEnd } from '../helpers/owner.ts';
import { keysBelow } from '../helpers/read.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { until } from '../crash/processes.ts';
import { putDroplet, stack, startFacade } from './facade.ts';
import { ask, errorCode } from './request.ts';

const greedy = '127.0.0.2';
const other = '127.0.0.3';

async function start(t: ExecutionContext, options: ConfigInput) {
  const started = await startFacade(t, options);
  await started.operator.rootfs.import(stack, '1', await tinyRootfs(t, ''), {});
  await started.operator.rootfs.promote(stack, '1');
  const { hostname, port } = new URL(started.url);
  /** Sends `text` over a connection of its own, and reads nothing. */
  const send = async (from: string, text: string): Promise<Socket> => {
    const socket = connect({ host: hostname, port: Number(port), localAddress: from });
    socket.on('error', () => undefined);
    atEnd(t, async () => void socket.destroy());
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  };
  return { ...started, send };
}

/** A layer that no socket's buffers hold. */
async function largeLayer(t: ExecutionContext, { operator }: Awaited<ReturnType<typeof start>>) {
  const droplet = await tinyDroplet(t, randomBytes(30_000_000));
  await putDroplet(operator, 'large', droplet);
  const { layers } = await operator.images.show(`cloudfoundry/large:${droplet.sha1}`);
  const layer = layers.at(-1);
  return { path: `/v2/cloudfoundry/large/blobs/${layer?.digest}`, size: layer?.size };
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

/** What comes first over a connection. */
async function firstLine(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString('latin1').split('\r\n')[0] ?? '';
}

test('cold pulls of one client go on behind the backlog of another', async (t) => {
  const source = await tempDir(t);
  const [many, few] = [await placeDroplets(source, 300, 0.02), await placeDroplets(source, 10, 0.02)];
  const { url, facade } = await start(t, { source, limits: { conversions: 1 } });
  const pull = (name: string, from: string) => ask(`${url}/v2/cloudfoundry/${name}`, { from });
  const done = async (): Promise<number> => {
    const keys = await keysBelow(facade.own, 'v1/droplets/');
    return keys.filter((key) => key.endsWith('.json')).length;
  };

  const backlog = Promise.all(many.map((name) => pull(name, greedy)));
  await until('the backlog is there', async () => facade.conversions.running > 250 || (await done()) > 40);
  const before = await done();
  const answers = await Promise.all(few.map((name) => pull(name, other)));
  const meanwhile = (await done()) - before - few.length;
  t.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  t.true(meanwhile < 60, `${meanwhile} of the greedy one's were converted before the last of the other's 10`);
  t.true((await backlog).every(({ status }) => status === 200 || status === 429));
});

test('readers that stop take their share of the bodies, and not that of others', async (t) => {
  const started = await start(t, { limits: { downloads: 4, holdSeconds: 1 } });
  const { url, send } = started;
  const { path, size } = await largeLayer(t, started);
  const begun = await Promise.all([send(greedy, get(path)), send(greedy, get(path))]);
  for (const socket of begun) t.is(await firstLine(socket), 'HTTP/1.1 200 OK');
  for (const socket of begun) socket.pause();

  const [beyond, ...pulls] = await Promise.all([
    ask(url + path, { from: greedy }),
    ...Array.from({ length: 2 }, () => ask(url + path, { from: other })),
  ]);
  t.is(beyond.status, 429);
  t.is(errorCode(beyond), 'TOOMANYREQUESTS');
  t.is(beyond.headers['retry-after'], '5');
  for (const { status, body } of pulls) t.deepEqual([status, body.length], [200, size]);

  begun[0]?.destroy();
  t.is((await ask(url + path, { from: greedy })).status, 200, 'what it gave back it may have again');
  t.is((await ask(url + path, { from: greedy, method: 'HEAD' })).status, 200, 'a HEAD has no body');
});

test('a body that waits begins when another ends, and who leaves meanwhile takes no place', async (t) => {
  const started = await start(t, { limits: { downloads: 1 } });
  const { url, send } = started;
  const { path } = await largeLayer(t, started);
  const first = await send(greedy, get(path));
  await firstLine(first);
  first.pause();
  const leaving = await Promise.all(Array.from({ length: 5 }, () => send(greedy, get(path))));
  const waiting = ask(url + path, { from: other });
  for (const socket of leaving) socket.destroy();
  first.destroy();
  t.is((await waiting).status, 200);
  t.is((await ask(url + path, { from: greedy })).status, 200);
});

test('uploads that hang keep nobody else from uploading', async (t) => {
  const { url, send } = await start(t, { limits: { uploads: 2, holdSeconds: 1 } });
  const droplet = await tinyDroplet(t, 'uploaded');
  const path = `/droplets/some-guid/${droplet.sha1}`;
  await send(greedy, `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf of it`);
  const put = (from: string) =>
    ask(url + path, {
      method: 'PUT',
      body: droplet.bytes,
      headers: { 'Content-Length': droplet.bytes.length },
      from,
    });
  // The first one is under way once a second one is too many.
  await until('the share is taken', async () => (await put(greedy)).status === 429);
  t.is((await put(other)).status, 201);
});

test('one address has its share of the connections', async (t) => {
  const { url, send } = await start(t, { limits: { connections: 20, clientShare: 0.25 } });
  const ping = get('/livez');
  const sockets = await Promise.all(Array.from({ length: 5 }, () => send(greedy, ping)));
  for (const socket of sockets) t.is(await firstLine(socket), 'HTTP/1.1 200 OK');
  const refused = await send(greedy, ping);
  await once(refused, 'close');
  t.is((await ask(`${url}/livez`, { from: other })).status, 200);
  sockets[0]?.destroy();
  await until('the place is free', async () =>
    ask(`${url}/livez`, { from: greedy }).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  t.pass();
});

test('who sends many requests without awaiting answers is cut', async (t) => {
  const source = await tempDir(t);
  const [name] = await placeDroplets(source, 1, 20);
  const { send, url } = await start(t, { source });
  const socket = await send(greedy, get(join('/v2/cloudfoundry', name ?? '')).repeat(40));
  // It may end by a reset.
  await new Promise((resolve) => socket.resume().once('close', resolve));
  t.is((await ask(`${url}/v2/cloudfoundry/${name}`, { from: other })).status, 200);
});

test('who asks the admin API for much, and reads nothing of it, keeps nobody from asking, and itself not from the rest', async (t) => {
  const { url, operator, send } = await start(t, { limits: { holdSeconds: 0.5 } });
  // No socket's buffers hold it.
  const paper = { first: true };
  await operator.rolls.write(stack, 'some-roll', 'large.json', randomBytes(8_000_000), paper);
  const path = `/api/v1/stacks/${stack}/rolls/some-roll/large.json`;
  // The first time it is made, which may take longer than anybody is held here.
  const pull = () => ask(`${url}/v2/${stack}/rootfs/manifests/1`, { from: greedy });
  await until('the image is there', async () => (await pull()).status === 200);
  await Promise.all(Array.from({ length: 20 }, () => send(greedy, get(path))));
  const asked = () => ask(`${url}/api/v1/stacks`, { from: greedy });
  await until('its share is taken', async () => (await asked()).status === 429);
  const refused = await asked();
  t.is(refused.status, 429);
  t.regex(refused.body.toString(), /Too many answers of the admin API/);
  t.is((await ask(url + path, { from: other })).status, 200);
  // From memory.
  t.is((await ask(`${url}/api/v1/rolls`, { from: greedy })).status, 200);
  const promotion = { method: 'PUT', body: '{"version": "1"}', from: greedy };
  t.is((await ask(`${url}/api/v1/stacks/${stack}/promoted`, promotion)).status, 200);
  t.is((await pull()).status, 200);
});
