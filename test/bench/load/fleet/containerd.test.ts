import type { ExecutionContext } from 'ava';
import type { Fleet } from '../../../../bench/load/fleet/fleet.ts';
import { startFleet } from '../../../../bench/load/fleet/start-fleet.ts';
import { startContainerd, type Containerd } from '../../../helpers/containerd.ts';
import { testWith } from '../../../helpers/test-with.ts';
import { serveDroplets } from './droplets-served.ts';
import { watchingProxy, type Seen, type Trouble, type WatchingProxy } from './watching-proxy.ts';

const test = testWith('containerd-2/containerd', 'containerd-2/ctr', 'root');

type Case = { name: string; trouble?: (seen: Seen, nth: number) => Trouble | undefined; user?: string };

const ofLargest = ({ accept }: Seen) => accept.includes('zstd');

/** Each on an image of its own, of which the node has the layers below. */
const cases: readonly Case[] = [
  { name: 'a second app' },
  { name: 'a wrong password', user: 'kubelet:wrong' },
  { name: '429 for ever', trouble: ({ hasCredentials }) => (hasCredentials ? { status: 429 } : undefined) },
  { name: '429 to the first', trouble: (_, nth) => (nth < 2 ? { status: 429 } : undefined) },
  { name: '503 twice', trouble: (_, nth) => (nth > 0 ? { status: 503 } : undefined) },
  { name: '503 once', trouble: (_, nth) => (nth === 1 ? { status: 503 } : undefined) },
  {
    name: '500, 503, 500',
    trouble: (_, nth) => (nth === 0 ? undefined : { status: nth % 2 === 0 ? 503 : 500 }),
  },
  { name: '403', trouble: ({ hasCredentials }) => (hasCredentials ? { status: 403 } : undefined) },
  { name: '404', trouble: ({ hasCredentials }) => (hasCredentials ? { status: 404 } : undefined) },
  { name: '405 to HEAD', trouble: ({ method }) => (method === 'HEAD' ? { status: 405 } : undefined) },
  { name: 'no answer to the first', trouble: (_, nth) => (nth === 0 ? 'close' : undefined) },
  { name: 'no answers to GET', trouble: ({ method }) => (method === 'GET' ? 'close' : undefined) },
  { name: '429 to a layer', trouble: (seen) => (ofLargest(seen) ? { status: 429 } : undefined) },
  { name: '502 to a layer', trouble: (seen) => (ofLargest(seen) ? { status: 502 } : undefined) },
  {
    name: 'a layer that is cut once',
    trouble: (seen) => (ofLargest(seen) && seen.range === '' ? { cut: 'close', after: 100_000 } : undefined),
  },
  {
    name: 'a layer that is cut and then brings nothing',
    trouble: (seen) =>
      ofLargest(seen) ? { cut: 'close', after: seen.range === '' ? 100_000 : 0 } : undefined,
  },
  {
    name: 'a layer that never brings anything',
    trouble: (seen) => (ofLargest(seen) ? { cut: 'close', after: 0 } : undefined),
  },
  {
    name: 'a layer that is reset',
    trouble: (seen) => (ofLargest(seen) ? { cut: 'reset', after: 100_000 } : undefined),
  },
];

test('The nodes send what containerd sends, in the same order over as many connections', async (t) => {
  const { server, put } = await serveDroplets(t);
  const proxy = await watchingProxy(t, server.host);
  const { user } = server.puller;
  const fleet = await startFleet(t, { nodes: 1, registry: { hosts: [proxy.host], user } });
  const both: Both = { t, proxy, fleet, containerd: await startContainerd(t, 2) };

  const first = await put();
  const cold = await same(both, first, { name: 'the first app' }, user);
  t.is(cold.length, 8);
  t.is((await same(both, first, { name: 'the first app again' }, user)).length, 2);
  for (const one of cases) {
    await fleet.use({ hosts: [proxy.host], user: one.user ?? user });
    await same(both, await put(300_000), one, one.user ?? user);
  }
});

type Both = { t: ExecutionContext; proxy: WatchingProxy; fleet: Fleet; containerd: Containerd };

/** Has both pull the same, and answers what they sent. */
async function same(both: Both, reference: string, { name, trouble }: Case, user: string): Promise<Seen[]> {
  const { t, proxy, fleet, containerd } = both;
  let done = true;
  const real = await proxy.watch(async () => {
    done = await containerd.pull(`${proxy.host}/${reference}`, { user }).then(
      () => true,
      () => false,
    );
  }, trouble);
  const ours = await proxy.watch(async () => {
    const { pulls } = await fleet.run([{ atMs: 0, node: 0, reference }], { giveUpMs: 9000 });
    t.is(pulls.done, done ? 1 : 0, name);
  }, trouble);
  t.deepEqual(comparable(ours), comparable(real), name);
  return ours;
}

/** Layers come in any order, and over which connections is by chance. */
function comparable(seen: readonly Seen[]): unknown[] {
  const layers = seen.filter(isLayer).map((request) => JSON.stringify({ ...request, connection: 0 }));
  return [...seen.filter((request) => !isLayer(request)), ...layers.toSorted()];
}

function isLayer({ accept }: Seen): boolean {
  return accept.includes('.layer.');
}
