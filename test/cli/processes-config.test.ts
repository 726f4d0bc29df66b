/** Several processes on one address: what is wrong from the start, and files that change. */
import { hash as bcrypt } from '@node-rs/bcrypt';
import { once } from 'node:events';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { until } from '../crash/processes.ts';
import { startServe } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { certificates } from '../helpers/tls.ts';
import { connectToEach } from './connections.ts';
import { complaint, dropstack } from './dropstack.ts';

const two = ['--processes', '2'];

async function takenAddress(t: ExecutionContext): Promise<string> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const address = taken.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return `127.0.0.1:${address.port}`;
}

test.serial('an address that is taken is one line', async (t) => {
  const data = await tempDir(t);
  const host = await takenAddress(t);
  const output = await dropstack(['serve', '--data', data, '--listen', host, ...two]);
  t.regex(complaint(t, output, 1), /^dropstack: Cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/);
});

test.serial('so is one that another such server has', async (t) => {
  const { host, data } = await startServe(t, { config: { processes: 2 } });
  for (const processes of [[], two]) {
    const output = await dropstack(['serve', '--data', data, '--listen', host, ...processes]);
    t.regex(complaint(t, output, 1), /^dropstack: Cannot listen on .*EADDRINUSE/);
  }
});

test.serial(
  'what no process can start with is one line, and the exit code is that of one process',
  async (t) => {
    const data = await tempDir(t);
    const args = ['serve', '--data', data, '--listen', '127.0.0.1:0', '--users', join(data, 'nobody')];
    const [one, several] = [await dropstack(args), await dropstack([...args, ...two])];
    t.is(complaint(t, several, 2), complaint(t, one, 2));
  },
);

test.serial('a number of processes that is none is one line', async (t) => {
  for (const processes of ['0', '-1', '1.5', 'many', '257']) {
    const output = await dropstack(['serve', '--data', await tempDir(t), `--processes=${processes}`]);
    t.regex(complaint(t, output, 2), /--processes: /);
  }
});

test.serial('each process has its part of the cache, and nobody else may have the directory', async (t) => {
  const directory = await tempDir(t);
  for (const name of ['v1', 'process-3', 'mine']) await mkdir(join(directory, name));
  const cache = { directory, maxBytes: 1_000_000 };
  const { data } = await startServe(t, { config: { processes: 2, cache } });
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.lock'));
  t.deepEqual(names.toSorted(), ['mine', 'process-1', 'process-2']);
  const config = join(await tempDir(t), 'config.yml');
  await writeFile(config, JSON.stringify({ data, cache, listen: '127.0.0.1:0' }));
  for (const processes of [[], two]) {
    const output = await dropstack(['serve', '--config', config, ...processes]);
    t.regex(complaint(t, output, 1), /another process uses it/);
  }
});

test.serial('every process takes over new users', async (t) => {
  const users = join(await tempDir(t), 'users');
  await writeFile(users, await adminWith('a word to the wise'));
  const served = await startServe(t, { config: { processes: 2, users } });
  const connections = await connectToEach(t, served);
  for (const { get } of connections) t.is((await get('/v2/')).status, 200);
  await writeFile(users, await adminWith('another word'));
  for (const { get, worker } of connections)
    await until(`${worker} has the new users`, async () => (await get('/v2/')).status === 401);
});

test.serial('every process takes over a new certificate', async (t) => {
  const [first, second] = [await certificates(t), await certificates(t)];
  const folder = await tempDir(t);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const put = async (from: typeof first): Promise<void> => {
    await copyFile(from.cert, cert);
    await copyFile(from.key, key);
  };
  await put(first);
  const served = await startServe(t, { tls: { ca: first.ca, cert, key }, config: { processes: 2 } });
  const ca = await readFile(first.ca, 'utf8');
  for (const { get } of await connectToEach(t, served, ca)) t.is((await get('/v2/')).status, 200);
  await put(second);
  // Who shows the old one still is not trusted.
  const trusted = await readFile(second.ca, 'utf8');
  await until('both show it', () =>
    connectToEach(t, served, trusted).then(
      (after) => new Set(after.map(({ worker }) => worker)).size === 2,
      () => false,
    ),
  );
  t.pass();
});

async function adminWith(password: string): Promise<string> {
  return `admin:${await bcrypt(password, { cost: 4 })}\n`;
}
