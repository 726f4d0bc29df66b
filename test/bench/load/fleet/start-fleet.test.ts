import test from 'ava';
import type { FleetOptions } from '../../../../bench/load/fleet/fleet.ts';
import type { Observed } from '../../../../bench/load/fleet/observed.ts';
import { startFleet } from '../../../../bench/load/fleet/start-fleet.ts';
import type { Start } from '../../../../bench/load/workload/workload.ts';
import { listen } from '../../../helpers/listen.ts';
import type { LoggedRequest } from '../../../helpers/serve.ts';
import { certificates } from '../../../helpers/tls.ts';
import { serveDroplets } from './droplets-served.ts';

const stack = new AsyncDisposableStack();
const served = serveDroplets(stack);
test.after.always(() => stack.disposeAsync());

/** The rootfs's, the launcher's and the droplet's. */
const layers = 3;

test.serial('A cold fleet asks for what each node lacks, and a warm one for digests alone', async (t) => {
  const { server, put } = await served;
  const [one, two] = [await put(), await put()];
  const fleet = await startFleet(t, options(server.host, server.puller.user, { nodes: 3, processes: 2 }));
  // Each node has both apps, and one of them twice.
  const starts = [0, 1, 2].flatMap((node) =>
    [one, two, one].map((reference) => ({ atMs: 0, node, reference })),
  );

  const before = (await server.requests()).length;
  const cold = await fleet.run(starts);
  t.deepEqual(countsOf(cold), { 'manifest-head': 9, 'manifest-get': 6, config: 6, layer: 3 * (layers + 1) });
  t.like(cold.pulls, { wanted: 9, done: 9, failed: 0 });
  // Each pull's resolver is challenged, and the fetcher of each that fetches.
  t.is(cold.challenges, 9 + 6);
  t.is(cold.pull.totalCount, 9);
  t.deepEqual(logged((await server.requests()).slice(before)), {
    'HEAD manifests 401': 9,
    'HEAD manifests 200': 9,
    'GET manifests 401': 6,
    'GET manifests 200': 6,
    'GET blobs 200': 6 + 3 * (layers + 1),
  });

  const between = (await server.requests()).length;
  const warm = await fleet.run(starts);
  t.deepEqual(countsOf(warm), { 'manifest-head': 9, 'manifest-get': 0, config: 0, layer: 0 });
  t.is(warm.connections, 9);
  t.deepEqual(logged((await server.requests()).slice(between)), {
    'HEAD manifests 401': 9,
    'HEAD manifests 200': 9,
  });

  await fleet.forget([1]);
  const drained = await fleet.run(starts);
  t.deepEqual(countsOf(drained), { 'manifest-head': 9, 'manifest-get': 2, config: 2, layer: layers + 1 });
  t.true(cold.cpuSeconds > 0);
  for (const { corrupt, retries, backoffs, resumed } of [cold, warm, drained])
    t.deepEqual({ corrupt, retries, backoffs, resumed }, { corrupt: 0, retries: 0, backoffs: 0, resumed: 0 });
});

test.serial('The same starts on new nodes are the same requests', async (t) => {
  const { server, put } = await served;
  const references = [await put(), await put(), await put()];
  const starts = references.map((reference, at) => ({ atMs: 10 * at, node: at % 2, reference }));
  const seen: string[][] = [];
  for (const processes of [1, 2]) {
    const fleet = await startFleet(t, options(server.host, server.puller.user, { nodes: 2, processes }));
    const before = (await server.requests()).length;
    await fleet.run(starts);
    const requests = (await server.requests()).slice(before);
    seen.push(requests.map(({ method, path, status }) => `${method} ${path} ${status}`).toSorted());
  }
  t.deepEqual(seen[0], seen[1]);
});

test.serial('Nodes speak TLS to those they trust alone', async (t) => {
  const tls = await certificates(t);
  const { server, put } = await serveDroplets(t, { tls });
  const starts = [{ atMs: 0, node: 0, reference: await put() }];
  const { host, user, ca } = server.puller;
  const fleet = await startFleet(t, { nodes: 1, registry: { hosts: [host], user, ca } });
  const { pulls, kinds } = await fleet.run(starts);
  t.like(pulls, { done: 1 }, JSON.stringify(pulls));
  t.is(kinds.layer.requests, layers);

  const { ca: stranger } = await certificates(t);
  await fleet.use({ hosts: [host], user, ca: stranger });
  const { pulls: refused } = await fleet.run(starts, { giveUpMs: 9000 });
  t.is(refused.failed, 1);
  t.regex(Object.keys(refused.reasons).join(), /SELF_SIGNED|UNABLE_TO|SIGNATURE/);
});

test.serial('A registry without users is asked without credentials', async (t) => {
  const { server, put } = await served;
  const [name = '', tag = ''] = (await put()).split(':');
  const body = '{"config":{"digest":"sha256:x","size":1,"mediaType":"a"},"layers":[]}';
  const asked: string[] = [];
  const open = await listen(t, ({ method = '', url = '', headers }, response) => {
    asked.push(`${method} ${headers.authorization === undefined ? 'openly' : 'with credentials'}`);
    if (url.includes('/manifests/')) response.setHeader('Docker-Content-Digest', `sha256:${'0'.repeat(64)}`);
    response.setHeader('Content-Length', body.length).end(method === 'HEAD' ? undefined : body);
  });
  const fleet = await startFleet(t, { nodes: 1, registry: { hosts: [open], user: server.puller.user } });
  const { challenges, corrupt } = await fleet.run([{ atMs: 0, node: 0, reference: `${name}:${tag}` }], {
    giveUpMs: 9000,
  });
  t.deepEqual(asked, ['HEAD openly', 'GET openly']);
  t.deepEqual({ challenges, corrupt }, { challenges: 0, corrupt: 1 });
});

test.serial('Two pulls of one node that want the same layers fetch them once', async (t) => {
  const { server, put } = await served;
  const references = [await put(200_000), await put(200_000), await put(200_000)];
  const fleet = await startFleet(t, options(server.host, server.puller.user, { nodes: 1, parallelPulls: 3 }));
  const { kinds } = await fleet.run(references.map((reference) => ({ atMs: 0, node: 0, reference })));
  t.is(kinds.layer.requests, layers - 1 + references.length);
});

test.serial('What waits for its turn on the node counts from when it was due', async (t) => {
  let now = 0;
  let most = 0;
  const slow = await listen(t, (_, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      response.writeHead(404, { 'Content-Length': 0 }).end();
    }, 400);
  });
  const fleet = await startFleet(t, options(slow, 'a:b', { nodes: 1 }));
  const starts = Array.from({ length: 5 }, (_, at) => ({ atMs: 0, node: 0, reference: `r/${at}:t` }));
  const { seconds, pulls } = await fleet.run(starts, { giveUpMs: 9000 });
  t.is(most, 1);
  t.deepEqual(pulls.reasons, { 'manifest-head: 404': 5 });
  t.true(seconds >= 1.9, `${seconds} s`);
});

test.serial('Connections go to every replica, and to none that left', async (t) => {
  const counts = [0, 0];
  const hosts = await Promise.all(
    counts.map((_, at) =>
      listen(t, (_request, response) => {
        counts[at] = (counts[at] ?? 0) + 1;
        response.writeHead(404, { 'Content-Length': 0 }).end();
      }),
    ),
  );
  const nodes = Array.from({ length: 20 }, (_, node) => node);
  const fleet = await startFleet(t, { nodes: nodes.length, registry: { hosts, user: 'a:b' } });
  const starts: Start[] = nodes.map((node) => ({ atMs: 0, node, reference: 'r/a:t' }));
  await fleet.run(starts, { giveUpMs: 9000 });
  const [one = 0, other = 0] = counts;
  t.is(one + other, 20);
  t.true(one > 3 && other > 3, `${one} and ${other}`);
  await fleet.use({ hosts: hosts.slice(1), user: 'a:b' });
  await fleet.run(starts, { giveUpMs: 9000 });
  t.deepEqual(counts, [one, other + 20]);
});

test.serial('A run on a node that the fleet does not have is refused', async (t) => {
  const fleet = await startFleet(t, options('127.0.0.1:1', 'a:b', { nodes: 1 }));
  await t.throwsAsync(fleet.run([{ atMs: 0, node: 1, reference: 'r/a:t' }]), { message: /no node 1/ });
  const nothing = await fleet.run([]);
  t.like(nothing, { seconds: 0, pulls: { wanted: 0 } });
});

function options(host: string, user: string, more: Omit<FleetOptions, 'registry'>): FleetOptions {
  return { registry: { hosts: [host], user }, ...more };
}

function countsOf({ kinds }: Observed): Record<string, number> {
  return Object.fromEntries(Object.entries(kinds).map(([kind, { requests }]) => [kind, requests]));
}

function logged(requests: readonly LoggedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { method, path, status } of requests) {
    const name = `${method} ${path.split('/').at(-2)} ${status}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
