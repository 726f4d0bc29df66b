/** A disk that is full: said clearly, nothing kept of what did not fit, and all as before once there is room. */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { run } from '../helpers/run.ts';
import { smallDisk } from '../helpers/small-disk.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { tinyDroplet, tinyRootfs, type TinyDroplet } from '../helpers/tiny.ts';
import { ask, errorCode } from '../protocol/request.ts';
import { provideRootfs, pull, put, stack } from './client.ts';
import { until } from './processes.ts';
import { dropstack, startServer, type Server } from './server.ts';
import { checkStore, isAudit } from './store-check.ts';

const megabyte = 1024 * 1024;
/** tmpfs gives out whole pages. */
const page = 4096;
const test = testWith('root');

/** A server over a disk of its own, with a rootfs and a source elsewhere. */
async function open(t: ExecutionContext, megabytes: number) {
  const disk = await smallDisk(t, megabytes);
  const [data, source] = [join(disk, 'data'), await tempDir(t)];
  const server = await startServer(t, data, '--source', source);
  await provideRootfs(t, server.url, await tinyRootfs(t, 'full disk'));
  const provide = async (guid: string, { bytes, sha1 }: TinyDroplet): Promise<string> => {
    const path = join(source, sourceKey(guid, sha1));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
    return `cloudfoundry/${guid}:${sha1}`;
  };
  return { disk, data, server, provide };
}

/** Gives a disk so many free bytes, in whole pages. */
async function leave(disk: string, bytes: number): Promise<void> {
  const { bsize, blocks, bfree } = await statfs(disk);
  await run('mount', ['-o', `remount,size=${(blocks - bfree) * bsize + bytes}`, disk]);
}

async function manifest(server: Server, image: string) {
  return ask(`${server.url}/v2/${image.replace(':', '/manifests/')}`);
}

/** Nothing is in a store that was not there before, neither visible nor hidden. */
async function unchanged(t: ExecutionContext, data: string, work: () => Promise<void>): Promise<void> {
  const before = new Set(await readdir(data, { recursive: true }));
  await work();
  await until('work files go', async () => (await readdir(join(data, '.tmp'))).length === 0);
  const files = (await readdir(data, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(data.length + 1));
  t.deepEqual(
    files.filter((file) => !before.has(file) && !isAudit(file)),
    [],
  );
  t.deepEqual(await checkStore(data), { problems: [], unnamed: [] });
}

test('an upload that does not fit is told so', async (t) => {
  const { disk, data, server } = await open(t, 20);
  const { bytes, sha1 } = await tinyDroplet(t, randomBytes(30 * megabyte));
  const url = `${server.url}/droplets/too-large/${sha1}`;
  await unchanged(t, data, async () => {
    const answer = await put(url, bytes);
    t.is(answer.status, 507, String(answer.body));
    t.regex(String(answer.body), /the disk under \S+ is full; free some space/);
    t.is((await ask(url)).status, 404);
  });
  const file = join(await tempDir(t), 'droplet.tgz');
  await writeFile(file, bytes);
  await unchanged(t, data, async () => {
    const args = [dropstack, 'droplet', 'put', 'too-large', file, '--server', server.url];
    const { code, stderr } = await run(process.execPath, args, { mayFail: true });
    t.deepEqual([code, stderr.split('\n').length], [1, 2], stderr);
    t.regex(stderr, /^dropstack: .*the disk under \S+ is full; free some space$/m);
  });
  await leave(disk, 100 * megabyte);
  t.is((await put(url, bytes)).status, 201);
  await pull(t, server.url, `cloudfoundry/too-large:${sha1}`);
});

test('a layer that does not fit is no refusal: others are pulled, and itself once there is room', async (t) => {
  const { disk, data, server, provide } = await open(t, 20);
  const large = await provide('large', await tinyDroplet(t, randomBytes(25 * megabyte)));
  const small = await provide('small', await tinyDroplet(t, 'small'));
  await pull(t, server.url, await provide('first', await tinyDroplet(t, 'with a launcher layer')));
  for (let i = 0; i < 2; i++) {
    await unchanged(t, data, async () => {
      const answer = await manifest(server, large);
      t.is(answer.status, 503, String(answer.body));
      t.is(errorCode(answer), 'UNAVAILABLE');
      t.regex(String(answer.body), /the disk under \S+ is full; free some space/);
    });
  }
  await pull(t, server.url, small);
  await leave(disk, 40 * megabyte);
  await pull(t, server.url, large);
  t.deepEqual(await checkStore(data), { problems: [], unnamed: [] });
});

test('at whichever step of a conversion the disk is full, the next one puts it right', async (t) => {
  const { disk, data, server, provide } = await open(t, 20);
  const image = await provide('step-by-step', await tinyDroplet(t, randomBytes(3 * page)));
  const statuses: number[] = [];
  for (let pages = 0; statuses.at(-1) !== 200; pages++) {
    await leave(disk, pages * page);
    const { status, body } = await manifest(server, image);
    statuses.push(status);
    t.true(status === 503 || status === 200, `${pages} pages left: ${String(body)}`);
    t.deepEqual(await checkStore(data), { problems: [], unnamed: [] }, `${pages} pages left`);
    t.true(pages < 50);
  }
  t.true(statuses.length > 4, 'it was full at several steps');
  await leave(disk, megabyte);
  await pull(t, server.url, image);
  t.deepEqual(await checkStore(data), { problems: [], unnamed: [] });
});

test('a rootfs that does not fit is told so', async (t) => {
  const { disk, data, server } = await open(t, 12);
  const tar = await tinyRootfs(t, randomBytes(15 * megabyte).toString('hex'));
  const args = [dropstack, 'rootfs', 'import', stack, '2.0', tar, '--data', data];
  await unchanged(t, data, async () => {
    const { code, stdout, stderr } = await run(process.execPath, args, { mayFail: true });
    t.deepEqual([code, stdout, stderr.split('\n').length], [1, '', 2], stderr);
    t.regex(stderr, /^dropstack: .*the disk under \S+ is full; free some space$/m);
  });
  await unchanged(t, data, async () => {
    const answer = await put(`${server.url}/api/v1/stacks/${stack}/rootfs/2.0`, await readFile(tar));
    t.is(answer.status, 507, String(answer.body));
    t.regex(String(answer.body), /the disk under \S+ is full; free some space/);
  });
  await pull(t, server.url, `${stack}/rootfs:1.0`);
  await leave(disk, 100 * megabyte);
  t.is((await run(process.execPath, args)).code, 0);
  await pull(t, server.url, `${stack}/rootfs:2.0`);
});

test('at whichever step of an import the disk is full, the next one puts it right', async (t) => {
  const { disk, data, server } = await open(t, 20);
  const tar = await readFile(await tinyRootfs(t, randomBytes(3 * page).toString('hex')));
  const statuses: number[] = [];
  for (let pages = 0; statuses.at(-1) !== 201; pages++) {
    await leave(disk, pages * page);
    const { status, body } = await put(`${server.url}/api/v1/stacks/${stack}/rootfs/2.0`, tar);
    statuses.push(status);
    t.true(status === 507 || status === 201, `${pages} pages left: ${String(body)}`);
    t.deepEqual(await checkStore(data), { problems: [], unnamed: [] }, `${pages} pages left`);
    t.true(pages < 100);
  }
  t.true(statuses.length > 8, 'it was full at several steps');
  await leave(disk, megabyte);
  await pull(t, server.url, `${stack}/rootfs:2.0`);
});
