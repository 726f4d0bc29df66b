import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { start } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { dropstack } from './dropstack.ts';

const main = join(import.meta.dirname, '../../src/dropstack.js');

test('serve serves as its file says; on SIGTERM readiness fails first, and then it ends well', async (t) => {
  const folder = await tempDir(t);
  const config = join(folder, 'dropstack.yml');
  await writeFile(config, `data: ${join(folder, 'data')}\nlisten: "127.0.0.1:0"\n`);
  const server = start(t, process.execPath, [main, 'serve', '--config', config]);
  const [, url = ''] = await server.logged(/"url":"([^"]+)".*"msg":"serving"/);
  const status = async (path: string): Promise<number> => (await fetch(url + path)).status;
  t.deepEqual([await status('/readyz'), await status('/livez')], [200, 200]);
  t.is((await dropstack(['rootfs', 'list', '--server', url])).code, 0);

  server.kill('SIGTERM');
  await server.logged(/"signal":"SIGTERM","msg":"stopping"/);
  t.deepEqual([await status('/readyz'), await status('/livez')], [503, 200]);
  t.is(await server.ended, 0);
});

test('an address that is taken is one line', async (t) => {
  const folder = await tempDir(t);
  const args = ['serve', '--data', folder, '--listen', '127.0.0.1:0'];
  const server = start(t, process.execPath, [main, ...args]);
  const [, host = ''] = await server.logged(/"url":"http:\/\/([^"]+)"/);
  const { code, stdout, stderr } = await dropstack([...args.slice(0, 3), '--listen', host]);
  t.is(code, 1);
  t.is(stdout, '');
  t.regex(stderr, /^dropstack: Cannot listen on 127\.0\.0\.1:\d+: [^\n]*EADDRINUSE[^\n]*\n$/);
});

test('a second start on the same address leaves the password of the first alone', async (t) => {
  const directory = await tempDir(t);
  const taken = createServer();
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const address = taken.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const users = join(directory, 'data', 'users');
  await mkdir(join(directory, 'data'));
  await writeFile(users, 'the first one');
  const { code, stderr } = await dropstack(['start', '--listen', `127.0.0.1:${port}`], {}, directory);
  t.is(code, 1);
  t.regex(stderr, /Cannot listen/);
  t.is(await readFile(users, 'utf8'), 'the first one');
});
