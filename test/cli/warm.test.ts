/** `dropstack warm` as a process of its own, on a store and through a server that is one too. */
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { sourceKey } from '../../src/droplet/source-key.ts';
import { startServer, type Server } from '../crash/server.ts';
import { until } from '../crash/processes.ts';
import { placeBytes, placeDroplets } from '../helpers/crowd/droplets.ts';
import { freePort } from '../helpers/free-port.ts';
import type { Owner } from '../helpers/owner.ts';
import { dropstack as program } from '../helpers/serve.ts';
import { start, type Running } from '../helpers/start.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { ask } from '../protocol/request.ts';
import { complaint, dropstack } from './dropstack.ts';

const stack = 'cflinuxfs4';

type Name = { guid: string; hash: string };

/** A store with a promoted version 1 and a version 2, and a source with droplets that nobody converted. */
async function cold(t: ExecutionContext, count: number, megabytes = 0.02) {
  const [source, data] = [await tempDir(t), join(await tempDir(t), 'data')];
  const placed = await placeDroplets(source, count, megabytes);
  const store = ['--data', data, '--source', source];
  for (const version of ['1', '2']) {
    const tar = await tinyRootfs(t, version);
    const { code, stderr } = await dropstack([
      'rootfs',
      'import',
      stack,
      version,
      tar,
      '--promote',
      ...store,
    ]);
    t.is(code, 0, stderr);
  }
  return { source, data, store, names: placed.map(nameOf) };
}

/** From `<guid>/manifests/<hash>`. */
function nameOf(placed: string): Name {
  const [guid = '', , hash = ''] = placed.split('/');
  return { guid, hash };
}

async function warm(t: ExecutionContext, args: string[], code = 0): Promise<unknown> {
  const output = await dropstack(['warm', stack, ...args, '-o', 'json']);
  t.is(output.code, code, output.stderr + output.stdout);
  return JSON.parse(output.stdout) as unknown;
}

/** The guids whose droplets have a record. */
async function converted(data: string): Promise<Set<string>> {
  const names = await readdir(join(data, 'v1/droplets'), { recursive: true }).catch(() => []);
  return new Set(names.filter((name) => name.endsWith('.json')).map((name) => name.split('/')[0] ?? ''));
}

async function layers(data: string): Promise<number> {
  return (await readdir(join(data, 'v1/objects'))).length;
}

test.serial('all droplets of a stack are warmed, and a second time there is nothing to do', async (t) => {
  const { store, data, names } = await cold(t, 12);
  const first = await dropstack(['warm', stack, ...store]);
  t.is(first.stdout, `Of stack ${stack}: 12 converted, 0 were ready, 0 refused, 0 failed, 0 left.\n`);
  t.deepEqual([...(await converted(data))].toSorted(), names.map(({ guid }) => guid).toSorted());
  t.like(await warm(t, store), { stack, converted: 0, known: 12, left: 0, reasons: {} });

  t.like(await warm(t, ['--version', '1', ...store]), { version: '1', known: 12 });
  const images = await readdir(join(data, 'v1/images'));
  t.is(images.length, 12, 'each has its manifest over version 1 ready');
});

test.serial('droplets are warmed by list: guids, or one droplet each', async (t) => {
  const { store, data, names } = await cold(t, 4);
  const file = join(await tempDir(t), 'list');
  const [a, b, c] = names;
  await writeFile(file, `${a?.guid}\n\n  ${b?.guid}:${b?.hash}  \n${a?.guid}\nnobodys-guid\n`);
  const summary = await warm(t, ['--guids', file, ...store], 1);
  t.like(summary, { converted: 2, failed: 1, left: 0, reasons: { 'not-found': 1 } });
  t.like(summary, { failures: [{ guid: 'nobodys-guid', reason: 'not-found' }] });
  t.deepEqual([...(await converted(data))].toSorted(), [a?.guid ?? '', b?.guid ?? ''].toSorted());

  const { code, stdout } = await dropstack(['warm', stack, '--guids', '-', ...store], {}, undefined, c?.guid);
  t.is(code, 0);
  t.regex(stdout, /: 1 converted, /);
});

test.serial('droplets are warmed by the age that they have in the source', async (t) => {
  const { source, store, data, names } = await cold(t, 3);
  const [old, ...others] = names;
  const time = Date.now() / 1000 - 10 * 86_400;
  await utimes(join(source, sourceKey(old?.guid ?? '', old?.hash ?? '')), time, time);
  t.like(await warm(t, ['--newer-than', '7d', ...store]), { converted: 2, left: 0 });
  t.deepEqual([...(await converted(data))].toSorted(), others.map(({ guid }) => guid).toSorted());
  t.like(await warm(t, ['--newer-than', '2w', ...store]), { converted: 1, known: 2 });
});

test.serial(
  'refused droplets are told and do no harm; other stacks and deleted ones are passed over',
  async (t) => {
    const { source, store, names } = await cold(t, 4);
    const bad = nameOf(await placeBytes(source, Buffer.from('no archive')));
    const [a, b] = names;
    await dropstack(['droplet', 'assign', a?.guid ?? '', 'another', ...store]);
    await dropstack(['droplet', 'rm', b?.guid ?? '', b?.hash ?? '', ...store]);
    const { code, stdout } = await dropstack(['warm', stack, ...store]);
    t.is(code, 0);
    t.regex(stdout, /: 2 converted, 0 were ready, 1 refused, 0 failed, 0 left\.\n/);
    t.regex(stdout, /\nPassed over: 1 of other stacks, 1 deleted\.\n/);
    t.regex(stdout, new RegExp(`\nREASON .*\nrefused: gzip +1 +Droplet ${bad.guid}/${bad.hash} refused: `));
    t.like(await warm(t, store), { known: 2, refused: 1, reasons: { 'refused: gzip': 1 } });
  },
);

test.serial('wrong input is told before anything is done', async (t) => {
  const { store, data } = await cold(t, 1);
  const list = join(await tempDir(t), 'list');
  await writeFile(list, 'some-guid\nsome-guid:latest\n');
  const wrong: [1 | 2, RegExp, ...string[]][] = [
    [1, /No stack nobodys/, 'nobodys'],
    [1, /No version 9 of/, stack, '--version', '9'],
    [2, /"soon" is no age/, stack, '--newer-than', 'soon'],
    [2, /must be a number from 1/, stack, '--concurrency', '0'],
    [2, /not both/, stack, '--newer-than', '1d', '--guids', list],
    [2, /list line 2: "latest" cannot be a droplet's hash/, stack, '--guids', list],
    [2, /Cannot read .*nothing: .*no such file/, stack, '--guids', `${list}-nothing`],
  ];
  for (const [code, message, ...args] of wrong) {
    t.regex(complaint(t, await dropstack(['warm', ...args, ...store]), code), message);
  }
  await dropstack(['rootfs', 'retire', stack, '1', ...store]);
  const retired = await dropstack(['warm', stack, '--version', '1', ...store]);
  t.regex(complaint(t, retired, 1), /is retired/);
  t.is((await converted(data)).size, 0);
});

/** The command, as a process that can be killed. */
function startWarm(owner: Owner, server: Server, ...args: string[]): Running {
  const env = { ...process.env, DROPSTACK_SERVER: server.url };
  return start(owner, process.execPath, [program, 'warm', stack, '-o', 'json', ...args], { env });
}

test.serial('the command is killed, and the next one does what is left', async (t) => {
  const { data, source, names } = await cold(t, 60, 0.5);
  const server = await startServer(t, data, '--source', source);
  const before = await layers(data);
  const first = startWarm(t, server, '--version', '2');
  await until('some are converted', async () => (await converted(data)).size >= 5);
  first.kill('SIGKILL');
  await first.ended;
  const summary = (await warm(t, ['--version', '2', '--server', server.url])) as Record<string, number>;
  t.true((summary['known'] ?? 0) >= 5, JSON.stringify(summary));
  t.is((summary['known'] ?? 0) + (summary['converted'] ?? 0), names.length);
  t.is((await converted(data)).size, names.length);
  t.is(await layers(data), before + names.length + 1, 'each was converted once; and there is the launcher');
});

test.serial('the server is killed, and the command goes on when it is back', async (t) => {
  const { data, source, names } = await cold(t, 60, 0.5);
  const listen = ['--listen', `127.0.0.1:${await freePort()}`, '--source', source];
  const server = await startServer(t, data, ...listen);
  const command = startWarm(t, server);
  await until('some are converted', async () => (await converted(data)).size >= 5);
  await server.crash();
  t.true((await converted(data)).size < names.length, 'there was more to do');
  await startServer(t, data, ...listen);
  t.is(await command.ended, 0, command.log());
  t.regex(command.log(), /"failed": 0,\s+"left": 0,/);
  t.is((await converted(data)).size, names.length);
});

test.serial('a facade that stays away ends the command, which says what is left', async (t) => {
  const { data, source, names } = await cold(t, 40, 0.5);
  const server = await startServer(t, data, '--source', source);
  const command = startWarm(t, server, '--concurrency', '10');
  await until('some are converted', async () => (await converted(data)).size >= 2);
  await server.crash();
  t.is(await command.ended, 1, command.log());
  t.regex(command.log(), /"stopped": "Cannot reach the facade/);
  const [, left = ''] = /"left": (\d+)/.exec(command.log()) ?? [];
  t.true(Number(left) > 0 && Number(left) < names.length, command.log());
  t.regex(
    command.log(),
    /^\d+ done \(\d+ converted, .*\d+ left, [\d.]+ a second$/m,
    'progress in plain lines',
  );
});

test.serial('a pull overtakes what is being warmed', async (t) => {
  const { data, source } = await cold(t, 60, 0.5);
  const server = await startServer(t, data, '--source', source);
  startWarm(t, server, '--concurrency', '60');
  await until('warming has begun', async () => (await converted(data)).size >= 3);
  const [late] = await placeDroplets(source, 1, 0.5);
  const before = (await converted(data)).size;
  t.is((await ask(`${server.url}/v2/cloudfoundry/${late}`)).status, 200);
  const meanwhile = (await converted(data)).size - before;
  t.true(meanwhile < 25, `${meanwhile} were warmed before the pull was answered`);
});
