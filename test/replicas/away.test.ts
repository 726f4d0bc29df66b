/** The store goes away for a while. Point 23 of the client checklist. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Served } from '../helpers/serve.ts';
import { testWith } from '../helpers/test-with.ts';
import { ask, errorCode } from '../protocol/request.ts';
import { startFleet, stack } from './fleet.ts';
import { pullImage, request, type Image } from './image.ts';
import { importRootfs, putDroplet } from './provide.ts';
import { startPullers } from './pullers.ts';

const withStore = testWith('versitygw', 'setpriv', 'tar');

/** Within which a probe is answered; a replica waits for two seconds before it believes that the store is away. */
const probeMs = 5_000;

for (const how of ['refuses connections', 'says nothing'] as const) {
  withStore(
    `19, 23: while the store ${how}, what is cached is served, else it is 503; then all is well`,
    async (t) => {
      t.timeout(300_000);
      const fleet = await startFleet(t, 2);
      const [busy, idle] = fleet.replicas.map((replica) => replica.server());
      if (busy === undefined || idle === undefined) throw new Error('There are two');
      await importRootfs(t, busy, '1.0', '--promote');
      const [warm, cold] = [
        await putDroplet(t, busy, 'warm', 'warm'),
        await putDroplet(t, idle, 'cold', 'cold'),
      ];
      const image = await pullImage(busy, 'cloudfoundry/warm', warm);
      await pullImage(busy, 'cloudfoundry/warm', image.digest);
      const other = await pullImage(idle, 'cloudfoundry/cold', cold);
      const pullers = startPullers(t, {
        host: busy.host,
        user: busy.puller.user,
        count: 5,
        images: [`cloudfoundry/warm:${warm}`],
      });
      await delay(1_000);

      if (how === 'refuses connections') await fleet.gateway.leave();
      else fleet.gateway.signal('SIGSTOP');
      const [before, gone] = [pullers.tally.pulls, performance.now()];
      for (let i = 0; i < 20; i++) {
        for (const server of [busy, idle]) await probe(t, server);
        await delay(100);
      }
      t.deepEqual(await pullImage(busy, 'cloudfoundry/warm', warm), image);
      t.deepEqual(await pullImage(busy, 'cloudfoundry/warm', image.digest), image);
      t.true(pullers.tally.pulls > before);
      const slowest = await notAnswered(t, busy, cold, other);
      t.log(`the slowest 503 or 429 came after ${Math.round(slowest)} ms`);
      await probe(t, busy);

      const during = pullers.tally.pulls - before;
      const seconds = (performance.now() - gone) / 1000;
      if (how === 'refuses connections') await fleet.gateway.comeBack();
      else fleet.gateway.signal('SIGCONT');
      const back = performance.now();
      await recovered(busy, cold);
      t.log(
        `away for ${seconds.toFixed(1)} s: ${during} cached pulls; well again ${Math.round(performance.now() - back)} ms later`,
      );
      t.deepEqual(await pullImage(busy, 'cloudfoundry/cold', cold), other);
      t.deepEqual(await pullImage(busy, 'cloudfoundry/cold', other.digest), other);
      t.is((await request(busy, `cloudfoundry/cold/manifests/${'0'.repeat(40)}`)).status, 404);
      await putDroplet(t, busy, 'later', 'later');
      await importRootfs(t, idle, '2.0', '--promote');
      const { failures } = await pullers.stop();
      t.deepEqual(failures, []);
    },
  );
}

async function probe(t: ExecutionContext, { host }: Served): Promise<void> {
  for (const path of ['livez', 'readyz']) {
    const start = performance.now();
    t.is((await ask(`http://${host}/${path}`)).status, 200, path);
    const ms = performance.now() - start;
    t.true(ms < probeMs, `${path} took ${Math.round(ms)} ms`);
  }
}

/** What only the store knows is neither there nor absent. @returns how long the slowest answer took */
async function notAnswered(t: ExecutionContext, server: Served, cold: string, image: Image): Promise<number> {
  const layer = image.manifest.layers.at(-1)?.digest;
  const names = [
    `cloudfoundry/cold/manifests/${cold}`,
    `cloudfoundry/cold/manifests/${image.digest}`,
    `cloudfoundry/cold/manifests/${'0'.repeat(40)}`,
    `cloudfoundry/cold/blobs/${image.manifest.config.digest}`,
    `cloudfoundry/cold/blobs/${layer}`,
    `cloudfoundry/cold/blobs/sha256:${'0'.repeat(64)}`,
    `cloudfoundry/cold/tags/list`,
    `${stack}/rootfs/manifests/2.0`,
  ];
  const times = names.map(async (name) => {
    const start = performance.now();
    const answer = await request(server, name);
    // A tag that may have to be converted is held for a while, and then put off.
    if (answer.status === 429) t.is(errorCode(answer), 'TOOMANYREQUESTS', name);
    else t.deepEqual([answer.status, errorCode(answer)], [503, 'UNAVAILABLE'], name);
    return performance.now() - start;
  });
  return Math.max(...(await Promise.all(times)));
}

async function recovered(server: Served, cold: string): Promise<void> {
  for (const until = Date.now() + 120_000; ; await delay(50)) {
    if ((await request(server, `cloudfoundry/cold/manifests/${cold}`)).status === 200) return;
    if (Date.now() > until) throw new Error('It does not recover');
  }
}
