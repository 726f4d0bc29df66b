/** kill -9 in the middle of an import: of the CLI that works on a store, and of the server that was sent a file. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { run } from '../helpers/run.ts';
import { start } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { json, provideRootfs, pull, put, readListed, stack } from './client.ts';
import { moments } from './moments.ts';
import { dropstack, startServer } from './server.ts';
import { checkStore } from './store-check.ts';

/** Half of it random: what is compressed takes its time. */
const content = randomBytes(4_000_000).toString('hex');

type Version = { version: string };

test.serial('an import by the CLI that a kill -9 cuts is not there, and the next one is', async (t) => {
  const data = join(await tempDir(t), 'data');
  const tar = await tinyRootfs(t, content);
  const cli = (...args: string[]): string[] => [dropstack, 'rootfs', ...args, '--data', data, '-o', 'json'];
  const list = async (): Promise<string[]> => {
    const { stdout } = await run(process.execPath, cli('list', stack));
    return (JSON.parse(stdout) as Version[]).map(({ version }) => version);
  };
  const importing = (version: string): string[] => cli('import', stack, version, tar);
  await run(process.execPath, cli('import', stack, 'small', await tinyRootfs(t, 'small')));

  const times = [performance.now()];
  t.deepEqual(await list(), ['small']);
  times.push(performance.now());
  const { stdout } = await run(process.execPath, importing('undisturbed'));
  times.push(performance.now());
  const { layers } = JSON.parse(stdout) as { layers: { digest: string }[] };
  const [began = 0, listed = 0, imported = 0] = times;

  const there = ['small', 'undisturbed'];
  for (const { round, ms, about } of moments((listed - began) / 2, imported - listed)) {
    const version = `1.${round}`;
    const cut = start(t, process.execPath, importing(version));
    await delay(ms);
    cut.kill('SIGKILL');
    const done = (await cut.ended) === 0;

    t.deepEqual((await checkStore(data)).problems, [], about);
    const found = await list();
    if (done) t.true(found.includes(version), `${about}: what was reported as done is kept`);
    t.deepEqual(found.filter((name) => name !== version).toSorted(), there.toSorted(), about);
    const again = await run(process.execPath, importing(version));
    t.like(JSON.parse(again.stdout), { version, layers: layers.map(({ digest }) => ({ digest })) }, about);
    there.push(version);
  }
  t.deepEqual((await checkStore(data)).problems, []);
});

test.serial('an import by the server that a kill -9 cuts is not there, and the next one is', async (t) => {
  const data = join(await tempDir(t), 'data');
  const bytes = await readFile(await tinyRootfs(t, content));
  let server = await startServer(t, data);
  await provideRootfs(t, server.url, await tinyRootfs(t, 'small'));

  const importing = (version: string) => put(`${server.url}/api/v1/stacks/${stack}/rootfs/${version}`, bytes);
  const began = performance.now();
  t.is((await importing('0')).status, 201);
  const took = performance.now() - began;
  const layers = await pull(t, server.url, `${stack}/rootfs:0`);

  for (const { round, ms, about } of moments(0, took)) {
    const version = `2.${round}`;
    const cut = importing(version).then(
      ({ status }) => status,
      () => undefined,
    );
    await delay(ms);
    await server.crash();
    const status = await cut;
    server = await startServer(t, data);

    t.deepEqual((await checkStore(data)).problems, [], about);
    const found = (await json<Version[]>(`${server.url}/api/v1/rootfs`)).map((item) => item.version);
    if (status === 201) t.true(found.includes(version), `${about}: what was answered with 201 is kept`);
    if (round % 5 === 4) await readListed(t, server.url, 'nobody', about);
    t.is((await importing(version)).status, 201, about);
    t.deepEqual(await pull(t, server.url, `${stack}/rootfs:${version}`, about), layers, about);
  }
  t.deepEqual((await checkStore(data)).problems, []);
});
