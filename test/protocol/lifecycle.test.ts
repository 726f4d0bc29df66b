/** A real process from its start to its end; numbers are points of the client checklist. */
import { randomBytes } from 'node:crypto';
import { copyFile, readFile } from 'node:fs/promises';
import { request as http } from 'node:http';
import { Agent, request as https } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { openFacade } from '../../src/facade.ts';
import { loadConfig } from '../../src/config/load.ts';
import { start, type Running } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { certificates } from '../helpers/tls.ts';
import { putDroplet, stack } from './facade.ts';
import { ask } from './request.ts';

const program = join(import.meta.dirname, '..', '..', 'src', 'dropstack.js');

async function launch(t: ExecutionContext, args: string[]): Promise<{ server: Running; url: string }> {
  const server = start(t, process.execPath, [program, 'serve', '--listen', '127.0.0.1:0', ...args]);
  const [, url = ''] = await server.logged(/"url":"([^"]+)"/);
  return { server, url };
}

/** A store with a droplet whose layer is too large for the buffers between a server and a client that reads nothing. */
async function largeStore(t: ExecutionContext): Promise<{ data: string; layer: string; size: number }> {
  const data = join(await tempDir(t), 'data');
  const facade = await openFacade(loadConfig({ data }, {}), () => undefined);
  const operator = facade.operatorFor('test');
  await operator.rootfs.import(stack, '1.0', await tinyRootfs(t, 'one'), {});
  await operator.rootfs.promote(stack, '1.0');
  const droplet = await tinyDroplet(t, randomBytes(30_000_000));
  await putDroplet(operator, 'large-guid', droplet);
  const { layers } = await operator.images.show(`cloudfoundry/large-guid:${droplet.sha1}`);
  facade.close();
  const layer = layers.at(-1);
  return { data, layer: layer?.digest ?? '', size: layer?.size ?? 0 };
}

test('22: on SIGTERM readiness fails first, a running pull finishes, and the exit code is 0', async (t) => {
  const { data, layer, size } = await largeStore(t);
  const { server, url } = await launch(t, ['--data', data]);
  t.is((await ask(`${url}/readyz`)).status, 200);
  const pull = http(`${url}/v2/cloudfoundry/large-guid/blobs/${layer}`, { agent: false });
  const answered = Promise.withResolvers<Promise<Buffer>>();
  pull.on('response', (response) => {
    response.pause();
    setTimeout(() => answered.resolve(buffer(response)), 1500);
  });
  pull.on('error', answered.reject);
  pull.end();
  await delay(300);
  server.kill('SIGTERM');
  await server.logged(/"stopping"/);
  t.is((await ask(`${url}/readyz`)).status, 503);
  t.is((await ask(`${url}/livez`)).status, 200, 'still alive, and still answering');
  const pulled = await answered.promise;
  t.is(pulled.length, size);
  t.is(await server.ended, 0);
});

test('a second signal ends it at once', async (t) => {
  const { server, url } = await launch(t, ['--data', join(await tempDir(t), 'data')]);
  server.kill('SIGTERM');
  await server.logged(/"stopping"/);
  server.kill('SIGTERM');
  t.is((await ask(`${url}/livez`)).status, 200, 'npm and a terminal say the same thing twice');
  await delay(700);
  server.kill('SIGTERM');
  t.is(await server.ended, 1);
});

test('21: certificates are swapped under open connections', async (t) => {
  const [first, second] = [await certificates(t), await certificates(t)];
  const folder = await tempDir(t);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await copyFile(first.cert, cert);
  await copyFile(first.key, key);
  const { url } = await launch(t, ['--data', join(folder, 'data'), '--tls-cert', cert, '--tls-key', key]);
  t.regex(url, /^https:/);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: await readFile(first.ca) });
  t.teardown(() => {
    agent.destroy();
  });
  const before = await over(agent, `${url}/v2/`);
  await copyFile(second.cert, cert);
  await copyFile(second.key, key);
  const ca = await readFile(second.ca);
  for (let i = 0; i < 100 && (await serialOf(url, ca)) === undefined; i++) await delay(100);
  t.not(await serialOf(url, ca), undefined, 'a new connection sees the new certificate');
  const after = await over(agent, `${url}/v2/`);
  t.is(after.status, 200);
  t.is(after.port, before.port, 'the same connection as before');
});

test('TLS before 1.2 is refused', async (t) => {
  const { ca, cert, key } = await certificates(t);
  const { url } = await launch(t, [
    '--data',
    join(await tempDir(t), 'data'),
    '--tls-cert',
    cert,
    '--tls-key',
    key,
  ]);
  const { port } = new URL(url);
  const socket = connect({
    host: '127.0.0.1',
    port: Number(port),
    ca: await readFile(ca),
    maxVersion: 'TLSv1.1',
    minVersion: 'TLSv1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const outcome = await new Promise<string>((resolve) => {
    socket.once('secureConnect', () => resolve('connected'));
    socket.once('error', () => resolve('refused'));
  });
  socket.destroy();
  t.is(outcome, 'refused');
});

test('an address that is taken is said in one line', async (t) => {
  const { url } = await launch(t, ['--data', join(await tempDir(t), 'data')]);
  const { host } = new URL(url);
  const second = start(t, process.execPath, [
    program,
    'serve',
    '--listen',
    host,
    '--data',
    join(await tempDir(t), 'data'),
  ]);
  t.is(await second.ended, 1);
  t.regex(second.log(), /^dropstack: Cannot listen on [^\n]+\n$/);
});

async function over(agent: Agent, url: string): Promise<{ status: number; port: number | undefined }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; port: number | undefined }>();
  const asking = https(url, { agent });
  asking.on('error', reject);
  asking.on('response', (response) => {
    const port = response.socket.localPort;
    response.resume();
    response.on('end', () => resolve({ status: response.statusCode ?? 0, port }));
  });
  asking.end();
  return promise;
}

/** The serial of the certificate that is shown now, if `ca` signed it. */
async function serialOf(url: string, ca: Buffer): Promise<string | undefined> {
  const { port } = new URL(url);
  const socket: TLSSocket = connect({ host: '127.0.0.1', port: Number(port), ca });
  const serial = await new Promise<string | undefined>((resolve) => {
    socket.once('secureConnect', () => resolve(socket.getPeerCertificate().serialNumber));
    socket.once('error', () => resolve(undefined));
  });
  socket.destroy();
  return serial;
}
