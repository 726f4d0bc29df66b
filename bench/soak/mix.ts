import { once } from 'node:events';
import { request as send } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { basic } from '../../test/helpers/basic.ts';
import { ask } from '../../test/protocol/request.ts';
import { pullImage, request } from '../../test/replicas/image.ts';
import { random, type Random } from '../load/workload/random.ts';
import { putDroplet, stack, versions, type Droplet, type World } from './world.ts';

/** How often each deed was done, and what failed that must not. */
export type Mixed = { done: Record<string, number>; failures: string[]; live: Droplet[] };

/** A second, and at once; what would be more is left out. */
const [perSecond, atOnce] = [25, 16];

/** Droplets that come and go, which are there at once. */
const mostLive = 20;

/** Does deeds by chance for so many milliseconds, and collects now and then. Everything has ended when it ends. */
export async function mix(world: World, milliseconds: number, seed = 1): Promise<Mixed> {
  const { fraction, below } = random(seed, 'soak');
  const mixed: Mixed = { done: {}, failures: [], live: [] };
  const doing = new Set<Promise<void>>();
  const begin = (name: string, deed: () => Promise<unknown>): void => {
    const one = deed()
      .then(() => void (mixed.done[name] = (mixed.done[name] ?? 0) + 1))
      .catch((error: unknown) => void mixed.failures.push(`${name}: ${String(error)}`))
      .finally(() => doing.delete(one));
    doing.add(one);
  };
  const deeds = deedsOf(world, mixed.live, below);
  // One at a time, and a busy machine may take longer for it than from one to the next.
  let isCollecting = false;
  const collect = async (): Promise<void> => {
    isCollecting = true;
    const { collection } = world.operator;
    await collection
      .run({ dryRun: false, allowLarge: true, graceSeconds: 86_400 })
      .finally(() => (isCollecting = false));
  };
  const start = performance.now();
  for (let nth = 0; performance.now() - start < milliseconds; nth++) {
    await delay(Math.max(0, start + (nth * 1000) / perSecond - performance.now()));
    if (nth % (perSecond * 10) === perSecond && !isCollecting) begin('collection', collect);
    let left = fraction() * total;
    const [name] = shares.find(([, share]) => (left -= share) < 0) ?? shares[0];
    if (doing.size < atOnce) begin(name, deeds[name]);
  }
  await Promise.all(doing);
  return mixed;
}

const shares = [
  ['warm pull', 8],
  ['upload and cold pull', 4],
  ['deletion', 4],
  ['bump', 1],
  ['wrong password', 2],
  ['unknown name', 1],
  ['cut download', 2],
  ['cut upload', 1],
] as const;
const total = shares.reduce((sum, [, share]) => sum + share, 0);

type Deed = (typeof shares)[number][0];

function deedsOf(
  world: World,
  live: Droplet[],
  below: Random['below'],
): Record<Deed, () => Promise<unknown>> {
  const { server, operator, apps } = world;
  let born = 0;
  const app = (): Droplet => apps[below(apps.length)] ?? raise('There are no apps');
  /** As nodes do, by the digest that the tag has: it may get another one meanwhile. */
  const pull = async ({ name, hash }: Droplet) => {
    const repository = `cloudfoundry/${name}`;
    const { status, headers } = await request(server, `${repository}/manifests/${hash}`, { method: 'HEAD' });
    if (status !== 200) throw new Error(`${repository}:${hash} was answered with ${status}`);
    return pullImage(server, repository, String(headers['docker-content-digest']));
  };
  return {
    'warm pull': () => pull(app()),
    'upload and cold pull': async () => {
      const droplet = await putDroplet(operator, `goes-${born++}`, 40_000);
      await pull(droplet);
      live.push(droplet);
    },
    deletion: async () => {
      const oldest = live.length > mostLive ? live.shift() : undefined;
      if (oldest !== undefined) await operator.droplets.remove(oldest.name, oldest.hash);
    },
    bump: async () => {
      const one = app();
      await operator.rootfs.place(stack, { [one.name]: versions[below(versions.length)] ?? '1' });
      await pull(one);
    },
    'wrong password': () => expect(world, '/v2/', `kubelet:guess ${below(1e9)}`, 401),
    'unknown name': () =>
      expect(world, `/v2/cloudfoundry/nobody-${below(1e9)}/manifests/none`, server.puller.user, 404),
    'cut download': async () => {
      const one = app();
      const { manifest } = await pull(one);
      await cutDownload(world, `/v2/cloudfoundry/${one.name}/blobs/${manifest.layers.at(-1)?.digest}`);
    },
    'cut upload': () => cutUpload(world, `/droplets/goes-cut-${below(1e9)}/${'0'.repeat(40)}`),
  };
}

async function expect({ server }: World, path: string, user: string, status: number): Promise<void> {
  const answer = await ask(`http://${server.host}${path}`, { headers: { authorization: basic(user) } });
  if (answer.status !== status) throw new Error(`${path} was answered with ${answer.status}`);
}

/** Goes away with the first bytes of a layer. */
async function cutDownload({ server }: World, path: string): Promise<void> {
  const headers = { authorization: basic(server.puller.user) };
  const asking = send(`http://${server.host}${path}`, { agent: false, headers }).end();
  const [answer] = (await once(asking, 'response')) as [NodeJS.ReadableStream];
  await once(answer, 'data');
  asking.destroy();
}

/** Goes away in the middle of a droplet. */
async function cutUpload({ server }: World, path: string): Promise<void> {
  const headers = { authorization: basic(server.admin), 'Content-Length': 400_000 };
  const sending = send(`http://${server.host}${path}`, { method: 'PUT', agent: false, headers });
  const { promise: gone, resolve } = Promise.withResolvers<void>();
  sending.on('error', () => undefined).once('close', resolve);
  sending.write(Buffer.alloc(200_000), () => sending.destroy());
  await gone;
}

function raise(message: string): never {
  throw new Error(message);
}
