/** Replicas are restarted one after the other behind a load balancer, and no pull notices. */
import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { setTimeout as delay } from 'node:timers/promises';
import { startContainerd } from '../helpers/containerd.ts';
import { testWith } from '../helpers/test-with.ts';
import { startBalancer, type Balancer } from './balancer.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { importRootfs, putDroplet } from './provide.ts';
import { startPullers } from './pullers.ts';

const withContainerd = testWith('versitygw', 'containerd-2/containerd', 'setpriv', 'tar', 'root');

const rounds = 2;

withContainerd('22: three replicas are restarted twice under pulls, and none fails', async (t) => {
  t.timeout(600_000);
  const fleet = await startFleet(t, 3);
  const images = await provide(t, fleet);
  const balancer = await startBalancer(t);
  for (const replica of fleet.replicas) await balancer.add(replica.server().host);
  const { puller } = fleet.replicas[0]?.server() ?? {};
  if (puller === undefined) throw new Error('There is one');

  const nodes = startNode(t, balancer.host, puller.user, images);
  const pullers = startPullers(t, {
    host: balancer.host,
    user: puller.user,
    count: 50,
    images,
    // Some are slow: their pulls run for longer than the time in which a load balancer turns away.
    pace: (nth) => (nth % 10 === 0 ? 40 : 0),
  });
  await delay(2_000);
  const times: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const replica of fleet.replicas) {
      const before = pullers.tally.pulls;
      const { host } = replica.server();
      const start = performance.now();
      t.is(await replica.end('SIGTERM'), 0);
      const ended = performance.now();
      balancer.remove(host);
      await balancer.add((await replica.start()).host);
      const ready = performance.now();
      times.push(`${seconds(ended - start)} + ${seconds(ready - ended)}`);
      t.true(pullers.tally.pulls > before, 'the others served meanwhile');
    }
  }
  await delay(2_000);
  const tally = await pullers.stop();
  const pulled = await (await nodes).stop();
  t.log(`pullers: ${tally.pulls} pulls, ${tally.requests} requests, ${Math.round(tally.bytes / 1e6)} MB`);
  t.log(`${tally.failures.length} failures, ${tally.retries} retries on connections closed while idle`);
  t.log(`containerd: ${pulled} pulls; seconds until each ended + was ready again: ${times.join(', ')}`);
  t.log(`balancer: ${JSON.stringify(balancer.counters)}`);
  t.deepEqual(tally.failures, []);
  // What retires says so in its answers, so nobody is surprised by the end of a connection.
  t.is(tally.retries, 0);
  t.like(balancer.counters, { refused: 0, lost: 0 });
  t.true(tally.pulls > 200);
  t.true(pulled > 2 * rounds);
});

/** @returns `<repository>:<tag>` of droplets of many sizes over one rootfs */
async function provide(t: ExecutionContext, { replicas }: Fleet): Promise<string[]> {
  const server = replicas[0]?.server();
  if (server === undefined) throw new Error('There is one');
  await importRootfs(t, server, '1.0', '--promote');
  const images: string[] = [];
  for (const size of [1, 1_000, 10_000, 50_000, 200_000, 500_000, 1_000_000, 16_000_000]) {
    const guid = `rolling-${size}`;
    images.push(`cloudfoundry/${guid}:${await putDroplet(t, server, guid, randomBytes(size))}`);
  }
  return images;
}

/** A node that pulls images in turn, and forgets all of each. */
async function startNode(
  t: ExecutionContext,
  host: Balancer['host'],
  user: string,
  images: readonly string[],
): Promise<{ stop: () => Promise<number> }> {
  const containerd = await startContainerd(t, 2);
  const stopping = new AbortController();
  let pulls = 0;
  const loop = async (): Promise<number> => {
    while (!stopping.signal.aborted) {
      const reference = `${host}/${images[(images.length - 1 + pulls) % images.length]}`;
      await containerd.pull(reference, { user });
      pulls++;
      await containerd.ctr('image', 'rm', '--sync', reference);
    }
    return pulls;
  };
  const ended = loop();
  // It is awaited at the end.
  ended.catch(() => undefined);
  return {
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}
