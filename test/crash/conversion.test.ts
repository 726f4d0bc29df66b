/** kill -9 in the middle of a conversion: of the child that converts, and of the server above it. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { rawEntry } from '../droplet/raw-tar.ts';
import { tempDir } from '../helpers/temp.ts';
import { hash, tinyDroplet, tinyRootfs } from '../helpers/tiny.ts';
import { ask, errorCode } from '../protocol/request.ts';
import { json, provideRootfs, pull, readListed } from './client.ts';
import { moments } from './moments.ts';
import { childrenOf, runs, until } from './processes.ts';
import { startServer, type Server } from './server.ts';
import { checkStore } from './store-check.ts';

const megabyte = 1024 * 1024;

/** A source that has one droplet under the names of many guids, and a server above it. */
async function open(t: ExecutionContext, bytes: Buffer) {
  const root = await tempDir(t);
  const [data, source, config] = [join(root, 'data'), join(root, 'source'), join(root, 'config.json')];
  const name = hash('sha1', bytes);
  await writeFile(join(root, 'droplet'), bytes);
  await writeFile(config, JSON.stringify({ limits: { droplet: { maxRatio: 2000 } } }));
  const restart = (): Promise<Server> => startServer(t, data, '--source', source, '--config', config);
  const server = await restart();
  await provideRootfs(t, server.url, await tinyRootfs(t, 'conversion'));
  const provide = async (guid: string): Promise<string> => {
    const path = join(source, sourceKey(guid, name));
    await mkdir(dirname(path), { recursive: true });
    await link(join(root, 'droplet'), path);
    return `cloudfoundry/${guid}:${name}`;
  };
  return { data, name, server, restart, provide };
}

/** Asks for a manifest, for which the droplet is converted; undefined where no answer came. */
async function convert(server: Server, image: string) {
  return ask(`${server.url}/v2/${image.replace(':', '/manifests/')}`).catch(() => undefined);
}

test.serial(
  'a conversion whose process is killed leaves nothing, and is made good by the next',
  async (t) => {
    const { bytes } = await tinyDroplet(t, randomBytes(8 * megabyte));
    const { data, server, provide } = await open(t, bytes);
    const first = await provide('first');
    t.is((await convert(server, first))?.status, 200);
    const layers = await pull(t, server.url, first);
    const undisturbed = await provide('undisturbed');
    const began = performance.now();
    t.is((await convert(server, undisturbed))?.status, 200);

    for (const { round, ms, about } of moments(0, performance.now() - began)) {
      const image = await provide(`child-${round}`);
      const cut = convert(server, image);
      await delay(ms);
      const children = await childrenOf(server.pid);
      for (const pid of children) process.kill(pid, 'SIGKILL');
      const answer = await cut;
      t.true(answer?.status === 200 || answer?.status === 503, `${about}: ${String(answer?.body)}`);
      if (answer?.status === 503) t.is(errorCode(answer), 'UNAVAILABLE', about);

      t.deepEqual((await checkStore(data)).problems, [], about);
      t.deepEqual(await pull(t, server.url, image, about), layers, about);
      await until(`the killed child ends: ${about}`, async () => !(await anyRuns(children)));
    }
    t.deepEqual((await checkStore(data)).problems, []);
  },
);

test.serial('a conversion whose server is killed leaves nothing, and is made good by the next', async (t) => {
  const { bytes } = await tinyDroplet(t, randomBytes(8 * megabyte));
  const { data, server: first, restart, provide } = await open(t, bytes);
  let server = first;
  const undisturbed = await provide('undisturbed');
  const began = performance.now();
  t.is((await convert(server, undisturbed))?.status, 200);
  const took = performance.now() - began;
  const layers = await pull(t, server.url, undisturbed);
  await server.crash();
  server = await restart();

  for (const { round, ms, about } of moments(0, took)) {
    const guid = `server-${round}`;
    const image = await provide(guid);
    const cut = convert(server, image);
    await delay(ms);
    const children = await childrenOf(server.pid);
    server.kill('SIGKILL');
    if (round % 2 === 0) for (const pid of children) process.kill(pid, 'SIGKILL');
    await Promise.all([cut, server.ended]);
    await until('the children of a killed server end', async () => !(await anyRuns(children)));
    server = await restart();

    t.deepEqual((await checkStore(data)).problems, [], about);
    await readListed(t, server.url, guid, about);
    t.deepEqual(await pull(t, server.url, image, about), layers, about);
  }
  t.deepEqual((await checkStore(data)).problems, []);
});

test.serial('no child outlives its server by so much that it finishes its work', async (t) => {
  const { data, server: first, restart, provide } = await open(t, zeros(1024));
  let server = first;
  const before = (await checkStore(data)).unnamed;
  for (const { round, ms, about } of moments(0, 500, 6)) {
    const image = await provide(`orphan-${round}`);
    const cut = convert(server, image);
    let children: number[] = [];
    await until('a child is there', async () => (children = await childrenOf(server.pid)).length > 0);
    await delay(ms);
    server.kill('SIGKILL');
    await Promise.all([cut, server.ended]);
    await until('the child has ended', async () => !(await anyRuns(children)));
    t.deepEqual(await checkStore(data), { problems: [], unnamed: before }, about);
    server = await restart();
    const listed = await json<{ state: string }[]>(`${server.url}/api/v1/droplets?guid=orphan-${round}`);
    t.like(listed, [{ state: 'stored' }], about);
  }
});

/** A droplet with one file of so many megabytes of zeros: little to read, and seconds of work. */
function zeros(megabytes: number): Buffer {
  const head = rawEntry({ name: 'zeros', size: megabytes * megabyte, body: '' });
  const part = gzipSync(Buffer.alloc(16 * megabyte));
  const parts = Array.from({ length: megabytes / 16 }, () => part);
  return Buffer.concat([gzipSync(head), ...parts, gzipSync(Buffer.alloc(1024))]);
}

async function anyRuns(pids: readonly number[]): Promise<boolean> {
  return (await Promise.all(pids.map(runs))).includes(true);
}
