/** What `/metrics` says of the state of a facade, beside what it does. */
import { hash as bcrypt } from '@node-rs/bcrypt';
import { X509Certificate } from 'node:crypto';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ConfigInput } from '../../src/config/schema.ts';
import { until } from '../crash/processes.ts';
import { tempDir } from '../helpers/temp.ts';
import { testWith } from '../helpers/test-with.ts';
import { certificates } from '../helpers/tls.ts';
import { startFacade } from '../protocol/facade.ts';
import { ask, type Ask } from '../protocol/request.ts';
import { version } from '../../src/version.ts';

const withTls = testWith('openssl');

async function open(t: ExecutionContext, options: ConfigInput = {}, asked: Ask = {}) {
  const { url, serving } = await startFacade(t, options);
  /** The sample whose line begins like this, without `dropstack_`. */
  const figure = async (name: string): Promise<number> => {
    const text = String((await ask(`${url}/metrics`, asked)).body);
    const found = text.split('\n').find((line) => line.startsWith(`dropstack_${name} `));
    if (found === undefined) throw new Error(`There is no ${name} in\n${text}`);
    return Number(found.split(' ').at(-1));
  };
  return { url, serving, figure };
}

test('it is ready, has a version, and knows its connections', async (t) => {
  const { url, figure } = await open(t, { limits: { connections: 8, clientShare: 0.5 } });
  t.is(await figure('ready'), 1);
  t.is(await figure(`build_info{version="${version}",node="${process.versions.node}"}`), 1);
  const { port } = new URL(url);
  const sockets: Socket[] = [];
  const more = async (): Promise<Socket> => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    t.teardown(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  await more();
  await more();
  // The one that asks is one of them.
  await until('all are open', async () => (await figure('connections')) === 3);
  await more();
  const fourth = await more();
  const fifth = await more();
  await until('one too many is closed', () => fifth.closed || fourth.closed);
  sockets[0]?.destroy();
  sockets[1]?.destroy();
  await until('it was counted', async () => {
    const turnedAway = await figure('connections_turned_away_total{full="client"}').catch(() => 0);
    return turnedAway >= 1;
  });
});

test('credentials that are not accepted are counted, and requests without any are not', async (t) => {
  const users = join(await tempDir(t), 'users');
  await writeFile(users, `admin:${await bcrypt('right', { cost: 4 })}\n`);
  const { url, figure } = await open(t, { users }, { auth: 'admin:right' });
  t.is((await ask(`${url}/v2/`)).status, 401);
  const wrong = 'authentication_failures_total{reason="wrong"}';
  t.is(await figure(wrong), 0);
  for (const auth of ['admin:wrong', 'nobody:right']) t.is((await ask(`${url}/v2/`, { auth })).status, 401);
  t.is((await ask(`${url}/v2/`, { headers: { authorization: 'Bearer x' } })).status, 401);
  t.is(await figure(wrong), 3);
});

withTls(
  'the end of the certificate is told, also of the next one, and files that cannot be used',
  async (t) => {
    const first = await certificates(t);
    const begin = await endOf(first.cert);
    let second = await certificates(t);
    while ((await endOf(second.cert)) === begin) second = await certificates(t);
    const { figure } = await open(
      t,
      { tlsCert: first.cert, tlsKey: first.key },
      // Either may be shown.
      { ca: (await readFile(first.ca, 'utf8')) + (await readFile(second.ca, 'utf8')) },
    );
    const expiry = 'tls_certificate_expiry_timestamp_seconds';
    t.is(await figure(expiry), begin);
    t.is(await figure('faults_total{kind="reload"}'), 0);
    await writeFile(first.key, 'no key');
    await until('it is told', async () => (await figure('faults_total{kind="reload"}')) === 1);
    await copyFile(second.key, first.key);
    await copyFile(second.cert, first.cert);
    const end = await endOf(second.cert);
    await until('the next one is shown', async () => (await figure(expiry)) === end);
    t.not(end, begin);
  },
);

/** Seconds since the epoch. */
async function endOf(certificate: string): Promise<number> {
  return new X509Certificate(await readFile(certificate)).validToDate.getTime() / 1000;
}
