/** A replica is killed in the middle of a pull, and another one goes on with it. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { ExecutionContext } from 'ava';
import { basic } from '../helpers/basic.ts';
import { startContainerd } from '../helpers/containerd.ts';
import { testWith } from '../helpers/test-with.ts';
import { startBalancer } from './balancer.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { pullImage, request } from './image.ts';
import { importRootfs, putDroplet } from './provide.ts';

const withStore = testWith('versitygw', 'setpriv', 'tar');
const withContainerd = testWith('versitygw', 'containerd-2/containerd', 'setpriv', 'tar', 'root');

/** More than all buffers on the way of a layer may hold. */
const size = 60_000_000;

withStore('a layer that one replica began is taken up by Range at another one', async (t) => {
  const fleet = await startFleet(t, 2);
  const { repository, tag } = await provide(t, fleet);
  const [dying, other] = fleet.replicas;
  if (dying === undefined || other === undefined) throw new Error('There are two');
  const { host, puller } = dying.server();
  const { manifest } = await pullImage(dying.server(), repository, tag);
  const layer = manifest.layers.at(-1);

  const path = `${repository}/blobs/${layer?.digest}`;
  const headers = { authorization: basic(puller.user) };
  const [response] = (await once(get(`http://${host}/v2/${path}`, { headers }), 'response')) as [
    IncomingMessage,
  ];
  const parts: Buffer[] = [];
  let got = 0;
  const cut = await (async () => {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      parts.push(chunk);
      got += chunk.length;
      if (got > 5_000_000 && got - chunk.length <= 5_000_000) await dying.end('SIGKILL');
    }
  })().catch((error: NodeJS.ErrnoException) => error.code);
  t.is(cut, 'ECONNRESET', 'never ended cleanly');
  t.true(got < (layer?.size ?? 0));

  const rest = await request(other.server(), path, { headers: { Range: `bytes=${got}-` } });
  t.is(rest.status, 206);
  t.is(rest.headers['content-range'], `bytes ${got}-${(layer?.size ?? 0) - 1}/${layer?.size}`);
  const whole = createHash('sha256')
    .update(Buffer.concat([...parts, rest.body]))
    .digest('hex');
  t.is(String(layer?.digest), `sha256:${whole}`);
});

withContainerd('containerd does so behind a load balancer', async (t) => {
  const fleet = await startFleet(t, 2);
  const { repository, tag } = await provide(t, fleet);
  let killed: string | undefined;
  const balancer = await startBalancer(t, {
    onRefusal: 'next',
    onBytes: (target, bytes) => {
      if (killed !== undefined || bytes < 10_000_000) return;
      killed = target;
      fleet.replicas
        .find((replica) => replica.server().host === target)
        ?.server()
        .kill('SIGKILL');
    },
  });
  for (const replica of fleet.replicas) await balancer.add(replica.server().host);
  const servers = fleet.replicas.map((replica) => replica.server());
  const containerd = await startContainerd(t, 2);
  await containerd.pull(`${balancer.host}/${repository}:${tag}`, { user: servers[0]?.puller.user ?? '' });

  const alive = servers.find(({ host }) => host !== killed);
  t.not(killed, undefined);
  const resumed = (await alive?.requests())?.filter(({ range }) => range !== undefined) ?? [];
  t.log(`${killed} was killed; the other one was asked for ${resumed.map(({ range }) => range).join(', ')}`);
  t.true(resumed.some(({ status, range }) => status === 206 && /^bytes=[1-9]\d*-$/.test(range ?? '')));
});

async function provide(
  t: ExecutionContext,
  { replicas }: Fleet,
): Promise<{ repository: string; tag: string }> {
  const server = replicas[0]?.server();
  if (server === undefined) throw new Error('There is one');
  await importRootfs(t, server, '1.0', '--promote');
  return { repository: 'cloudfoundry/killed', tag: await putDroplet(t, server, 'killed', randomBytes(size)) };
}
