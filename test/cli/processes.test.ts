/** Several processes on one address, as real ones: who answers, what they count together, and what becomes of them. */
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { childrenOf, runs, until } from '../crash/processes.ts';
import { placeDroplets } from '../helpers/crowd/droplets.ts';
import { startServe, type Served } from '../helpers/serve.ts';
import { tempDir } from '../helpers/temp.ts';
import { tinyRootfs } from '../helpers/tiny.ts';
import { connectToEach, workersOf, type Connection } from './connections.ts';

const processes = 2;

/** One connection of each process. */
function oneOfEach(connections: readonly Connection[]): Connection[] {
  return [...new Map(connections.map((connection) => [connection.worker, connection])).values()];
}

/** The sum of a metric's samples whose labels match, as any process tells it. */
async function counted({ get }: Connection, name: string, labels = /^/): Promise<number> {
  const { status, body } = await get('/metrics');
  if (status !== 200) throw new Error(`/metrics: ${status} ${body}`);
  const samples = body.split('\n').filter((line) => /^[^{ ]+/.exec(line)?.[0] === name && labels.test(line));
  return samples.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

const requests = 'dropstack_http_request_duration_seconds_count';

test.serial('without the option there is one process', async (t) => {
  t.deepEqual(await childrenOf((await startServe(t)).pid), []);
});

test.serial('all processes answer, and whichever is asked counts for all of them', async (t) => {
  const served = await startServe(t, { config: { processes: 3 } });
  t.is(served.log().match(/"msg":"serving"/g)?.length, 1);
  const connections = await connectToEach(t, served);
  t.is(oneOfEach(connections).length, 3);
  for (const { get } of connections) t.is((await get('/v2/')).status, 200);
  for (const connection of oneOfEach(connections))
    t.is(await counted(connection, requests, /route="v2"/), connections.length);
});

test.serial('one that is killed is started again, and the connections of others go on', async (t) => {
  const served = await startServe(t, { config: { processes } });
  const connections = await connectToEach(t, served);
  const [victim, ...others] = oneOfEach(connections);
  if (victim === undefined) throw new Error('There are processes');
  for (const { get } of connections) await get('/v2/');
  t.is(await counted(victim, requests, /route="v2"/), connections.length);

  const over = new AbortController();
  let answers = 0;
  const busy = connections
    .filter(({ worker }) => worker !== victim.worker)
    .map(async ({ get }) => {
      for (; !over.signal.aborted; answers++) t.is((await get('/readyz')).status, 200);
    });
  process.kill(victim.worker, 'SIGKILL');
  await until('a process is there in its place', async () => {
    const workers = await workersOf(served);
    return workers.length === processes && !workers.includes(victim.worker);
  });
  await until('it serves', () => served.log().includes('a process serves again'));
  over.abort();
  await Promise.all(busy);
  t.true(answers > 0);
  await t.throwsAsync(victim.get('/livez'));
  const fresh = oneOfEach(await connectToEach(t, served));
  t.is(fresh.length, processes);
  // What the dead one had counted counts still.
  for (const connection of [...fresh, ...others])
    t.is(await counted(connection, requests, /route="v2"/), connections.length);
});

test.serial('one that does not answer is named, not waited for', async (t) => {
  const served = await startServe(t, { config: { processes } });
  const [one, other] = oneOfEach(await connectToEach(t, served));
  if (one === undefined || other === undefined) throw new Error('There are two');
  process.kill(other.worker, 'SIGSTOP');
  const { status, body } = await one.get('/metrics');
  process.kill(other.worker, 'SIGCONT');
  t.is(status, 503);
  t.regex(body, new RegExp(`Process ${other.worker} of dropstack has not answered within 3 s`));
  t.true((await counted(one, requests)) > 0);
});

test.serial(
  'SIGTERM: readiness fails everywhere, what runs goes on to its end, and nobody is left',
  async (t) => {
    const served = await startServe(t, { config: { processes } });
    const { workers, connections, pull } = await pulling(t, served);
    served.kill('SIGTERM');
    await until('it stops', () => served.log().includes('"msg":"stopping"'));
    const each = oneOfEach(connections).filter((connection) => connection !== pull.connection);
    for (const { get } of each)
      await until('it is not ready', async () => (await get('/readyz')).status === 503);
    t.true(each.length > 0);
    t.is((await text(pull.response.setEncoding('latin1'))).length, pull.size);
    t.is(await served.ended, 0);
    for (const worker of workers) t.false(await runs(worker));
  },
);

test.serial('a second signal ends all at once', async (t) => {
  const served = await startServe(t, { config: { processes } });
  const { workers } = await pulling(t, served);
  served.kill('SIGTERM');
  await until('it stops', () => served.log().includes('"msg":"stopping"'));
  // A signal that comes at once is taken for an echo of the first.
  await delay(600);
  served.kill('SIGTERM');
  t.is(await served.ended, 1);
  for (const worker of workers) await until('it has ended', async () => !(await runs(worker)));
});

test.serial('kill -9 of the supervisor leaves nobody, and the address is free again', async (t) => {
  const source = await tempDir(t);
  const [name = ''] = await placeDroplets(source, 1, 8);
  const served = await startServe(t, { config: { processes, source } });
  const { connections, pull } = await pulling(t, served);
  const cold = connections[0]?.get(`/v2/cloudfoundry/${name}`).catch(() => undefined);
  await until('it converts', async () => (await childrenOf(served.pid)).length > processes);
  const family = await childrenOf(served.pid);
  served.kill('SIGKILL');
  t.is(await served.ended, 'SIGKILL');
  pull.response.on('error', () => {});
  for (const pid of family) await until(`${pid} has ended`, async () => !(await runs(pid)));
  await cold;
  await startServe(t, { config: { processes, listen: served.host } });
});

test.serial('twenty cold requests to all processes are one conversion', async (t) => {
  const source = await tempDir(t);
  const names = await placeDroplets(source, 3, 2);
  const served = await startServe(t, { config: { processes, source } });
  await served.cli('rootfs', 'import', 'cflinuxfs4', '1', await tinyRootfs(t, ''), '--promote');
  const all: Connection[] = [];
  while (all.length < 20) all.push(...(await connectToEach(t, served)));
  for (const name of names) {
    const answers = await Promise.all(all.map(({ get }) => get(`/v2/cloudfoundry/${name}`)));
    t.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    t.is(new Set(answers.map(({ body }) => body)).size, 1);
  }
  const [any] = all;
  if (any === undefined) throw new Error('There are connections');
  const conversions = 'dropstack_conversions_total';
  t.is(await counted(any, conversions, /outcome="converted"/), names.length);
  t.is(await counted(any, conversions), names.length);
  t.is(await counted(any, 'dropstack_conversions_running'), 0);
});

/** A large layer that somebody pulls, and whose reading has yet to go on. */
async function pulling(t: ExecutionContext, served: Served) {
  const content = randomBytes(24 * 1024 * 1024).toString('latin1');
  const image = await served.ask<{ layers: { digest: string; size: number }[] }>(
    'rootfs',
    'import',
    'cflinuxfs4',
    '1',
    await tinyRootfs(t, content),
    '--promote',
  );
  const [layer] = image.layers;
  if (layer === undefined) throw new Error('A rootfs has a layer');
  const workers = await workersOf(served);
  const connections = await connectToEach(t, served);
  const connection = connections.at(-1);
  if (connection === undefined) throw new Error('There is one');
  // Another one of each process, since this one is taken.
  connections.push(...(await connectToEach(t, served)));
  const response = await connection.open(`/v2/cflinuxfs4/rootfs/blobs/${layer.digest}`);
  t.is(response.statusCode, 200);
  return {
    workers,
    connections: connections.filter((one) => one !== connection),
    pull: { connection, response, size: layer.size },
  };
}
