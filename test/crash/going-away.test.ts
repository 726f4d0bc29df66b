/** Clients that go away in the middle: nothing of them stays, and nobody else feels it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyDroplet, tinyRootfs, type TinyDroplet } from '../helpers/tiny.ts';
import { ask } from '../protocol/request.ts';
import { json, provideRootfs, pull, put } from './client.ts';
import { moments } from './moments.ts';
import { childrenOf, openFiles, until } from './processes.ts';
import { startServer } from './server.ts';
import { checkStore } from './store-check.ts';

const megabyte = 1024 * 1024;

async function open(t: ExecutionContext) {
  const [data, source] = [join(await tempDir(t), 'data'), await tempDir(t)];
  const server = await startServer(t, data, '--source', source);
  await provideRootfs(t, server.url, await tinyRootfs(t, 'going away'));
  const provide = async (guid: string, { bytes, sha1 }: TinyDroplet): Promise<void> => {
    const path = join(source, sourceKey(guid, sha1));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  };
  const state = async (guid: string): Promise<string | undefined> => {
    const listed = await json<{ state: string }[]>(`${server.url}/api/v1/droplets?guid=${guid}`);
    return listed[0]?.state;
  };
  return { data, server, provide, state };
}

/** But for connections: those of others come and go. */
function kept(files: readonly string[]): string[] {
  return files.filter((path) => !path.startsWith('socket:')).toSorted();
}

/** A request of its own connection, whose end is no error here. */
function send(
  url: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): ClientRequest {
  return request(url, { agent: false, ...options }).on('error', () => undefined);
}

test.serial('an upload whose client goes away half-way leaves nothing', async (t) => {
  const { data, server } = await open(t);
  const { bytes, sha1 } = await tinyDroplet(t, randomBytes(4 * megabyte));
  const url = `${server.url}/droplets/half-way/${sha1}`;
  const before = (await checkStore(data)).problems;
  const boundary = { 'Content-Type': 'multipart/form-data; boundary=b' };
  const part = Buffer.from('--b\r\nContent-Disposition: form-data; name="bits"; filename="d"\r\n\r\n');
  const ways: [target: string, headers: Record<string, string>, start: Buffer][] = [
    [url, { 'Content-Length': String(bytes.length) }, bytes],
    [url, { 'Transfer-Encoding': 'chunked' }, bytes],
    [url, boundary, Buffer.concat([part, bytes])],
    [`${server.url}/api/v1/stacks/cflinuxfs4/rootfs/2.0`, { 'Content-Length': '9000000' }, bytes],
  ];
  for (const [target, headers, start] of ways) {
    const upload = send(target, { method: 'PUT', headers });
    upload.write(start.subarray(0, start.length / 2));
    await until('it has begun', async () => (await readdir(join(data, '.tmp'))).length > 0);
    upload.destroy();
    await until(
      `nothing is left of it: ${target} ${Object.keys(headers).join()}`,
      async () => (await readdir(join(data, '.tmp'))).length === 0,
    );
    t.deepEqual(await checkStore(data), { problems: before, unnamed: [] });
    t.is((await ask(url)).status, 404);
  }
  t.notRegex(server.log(), /unexpected error/);
  t.is((await put(url, bytes)).status, 201);
  await pull(t, server.url, `cloudfoundry/half-way:${sha1}`);
});

test.serial('a client that does not wait for its conversion changes nothing for the others', async (t) => {
  const { data, server, provide, state } = await open(t);
  const droplet = await tinyDroplet(t, randomBytes(8 * megabyte));
  for (const guid of ['shared', 'alone']) await provide(guid, droplet);
  const manifest = (guid: string): string =>
    `${server.url}/v2/cloudfoundry/${guid}/manifests/${droplet.sha1}`;

  const impatient = Array.from({ length: 10 }, () => send(manifest('shared')).end());
  const patient = [ask(manifest('shared')), ask(manifest('shared'))];
  await until('it is being converted', async () => (await childrenOf(server.pid)).length > 0);
  for (const client of impatient) client.destroy();
  for (const { status } of await Promise.all(patient)) t.is(status, 200);

  const last = send(manifest('alone')).end();
  await until('its layer is being written', async () => {
    return (await writing(data)) || (await state('alone')) === 'converted';
  });
  last.destroy();
  await until('it is converted all the same', async () => (await state('alone')) === 'converted');
  for (const guid of ['shared', 'alone']) await pull(t, server.url, `cloudfoundry/${guid}:${droplet.sha1}`);
  t.deepEqual(await checkStore(data), { problems: [], unnamed: [] });
});

/** Whether a layer is on its way into a store; records are smaller. */
async function writing(data: string): Promise<boolean> {
  const names = await readdir(join(data, '.tmp'));
  const found = await Promise.all(names.map((name) => stat(join(data, '.tmp', name)).catch(() => undefined)));
  return found.some((file) => file !== undefined && file.size > 100_000);
}

test.serial('bodies whose readers go away are closed', async (t) => {
  const { server, provide } = await open(t);
  const droplet = await tinyDroplet(t, randomBytes(16 * megabyte));
  await provide('readers', droplet);
  const layers = await pull(t, server.url, `cloudfoundry/readers:${droplet.sha1}`);
  const blob = `${server.url}/v2/cloudfoundry/readers/blobs/${layers.at(-1)}`;
  const source = `${server.url}/droplets/readers/${droplet.sha1}`;
  const before = await openFiles(server.pid);

  for (const { round, ms } of moments(0, 40, 50)) {
    const ranges = ['bytes=0-', 'bytes=5-15000000', 'bytes=0-9,20-15000000'];
    const range = ranges[round % ranges.length] ?? '';
    const client = send(round % 5 === 4 ? source : blob, {
      headers: round % 2 === 0 ? { Range: range } : {},
    }).end();
    if (round % 10 < 5) {
      await delay(ms);
    } else {
      const [response] = (await once(client, 'response')) as [IncomingMessage];
      await once(
        response.on('error', () => undefined),
        'readable',
      );
    }
    client.destroy();
  }
  await until('all files are closed', async () => {
    const now = await openFiles(server.pid);
    return now.length <= before.length && kept(now).join() === kept(before).join();
  });
  t.deepEqual(kept(await openFiles(server.pid)), kept(before));
  t.notRegex(server.log(), /unexpected error/);
  await pull(t, server.url, `cloudfoundry/readers:${droplet.sha1}`);
});

test.serial('a copy that is refused closes the droplet that it was to be made from', async (t) => {
  const { server } = await open(t);
  const { bytes, sha1 } = await tinyDroplet(t, randomBytes(megabyte));
  t.is((await put(`${server.url}/droplets/original/${sha1}`, bytes)).status, 201);
  const copy = async (guid: string, headers: Record<string, string>): Promise<number> => {
    const body = JSON.stringify({ source_guid: 'original' });
    const url = `${server.url}/droplets/${guid}/${sha1}`;
    return (
      await ask(url, { method: 'PUT', body, headers: { 'Content-Type': 'application/json', ...headers } })
    ).status;
  };
  t.is(await copy('NO-GUID', {}), 400);
  t.is(await copy('wrong-digest', { Digest: 'md5=abc' }), 400);
  t.is(await copy('other-digest', { Digest: `sha256=${'0'.repeat(64)}` }), 400);
  await until('the original is closed', async () => {
    return !(await openFiles(server.pid)).some((path) => path.endsWith(`/${sha1}`));
  });
  t.is(await copy('a-copy', {}), 201);
});
