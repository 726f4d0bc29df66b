import { adminOf } from '../../../../bench/load/foundation/admin-of.ts';
import { startFoundation, type Foundation } from '../../../../bench/load/foundation/start-foundation.ts';
import { watchServers, type Watched } from '../../../../bench/load/foundation/watch-servers.ts';
import { receive } from '../../../../src/cli/request.ts';
import type { Served } from '../../../helpers/serve.ts';
import { testWith } from '../../../helpers/test-with.ts';
import { pullImage } from '../../../replicas/image.ts';
import { smallWorkload } from './small-workload.ts';

const withServer = testWith('setpriv');
const withStore = testWith('setpriv', 'setfattr', 'versitygw', 'openssl');

const rootfsBytes = 300_000;
const dropletBytes = ({ apps }: Foundation): number => apps.reduce((sum, { size }) => sum + size, 0);

withServer('what is pulled is counted: conversions, and bytes by where they came from', async (t) => {
  const foundation = await startFoundation(t, { workload: smallWorkload, store: 'directory', rootfsBytes });
  const { apps, servers } = foundation;
  const cold = await counted(servers, () => pullAll(foundation));
  t.is(cold.conversions, apps.length);
  t.is(cold.moved.fromSource, dropletBytes(foundation));
  t.true(cold.moved.toStore >= cold.done.droplets, `${cold.moved.toStore} to the store`);
  t.true(cold.moved.fromStore >= cold.done.droplets, `${cold.moved.fromStore} from the store`);
  t.is(cold.moved.fromCache, 0);
  t.true((cold.storeRequests['put'] ?? 0) >= apps.length);
  t.is(cold.lost, 0);
  t.true(cold.usage.cpuSeconds > 0.1, `${cold.usage.cpuSeconds} s`);
  t.true(cold.usage.peakMemory > 50e6, `${cold.usage.peakMemory} bytes`);
  t.true(cold.usage.copied >= cold.done.all, `${cold.usage.copied} bytes`);
  const { p50, p99, max } = cold.usage.loopDelay;
  t.true(p50 > 0 && p50 <= p99 && p99 <= max);
  t.true((servers[0]?.log().length ?? 0) < 3_000_000);

  await foundation.promote('2.0');
  const bump = await counted(servers, () => pullAll(foundation));
  t.like(bump, { conversions: 0, moved: { fromSource: 0 } });
  t.is(bump.done.droplets, cold.done.droplets);
  t.notDeepEqual(bump.done.bases, cold.done.bases);
  t.true(bump.done.all - bump.done.droplets > rootfsBytes * apps.length);

  const [one] = apps;
  await foundation.place({ [one?.name ?? '']: '1.0' });
  const placed = await pullAll(foundation);
  t.deepEqual(placed.bases, [...cold.done.bases, ...bump.done.bases]);
});

withStore('replicas over S3 share what is converted, and one may be lost', async (t) => {
  const options = { workload: smallWorkload, store: 's3', tls: true, replicas: 2, rootfsBytes } as const;
  const foundation = await startFoundation(t, options);
  const { apps, registry, servers, versions } = foundation;
  t.deepEqual(
    registry.hosts,
    servers.map(({ host }) => host),
  );
  t.is(new Set(registry.hosts).size, 2);
  t.regex(registry.ca ?? '', /\.pem$/);
  const warm = await counted(servers, () => foundation.warm(versions[0]));
  t.is(warm.conversions, apps.length);
  t.is(warm.moved.fromSource, dropletBytes(foundation));

  await foundation.place(Object.fromEntries(apps.map(({ name }) => [name, '2.0'])));
  const seen = await counted(servers, () => manifests(foundation, servers));
  t.like(seen, { conversions: 0, moved: { fromSource: 0 } });
  const [mine, others] = seen.done;
  t.deepEqual(mine, others);

  const [, second] = servers;
  const left = await counted(servers, async () => {
    second?.kill('SIGKILL');
    await second?.ended;
    await foundation.promote('2.0');
    return manifests(foundation, servers.slice(0, 1));
  });
  t.is(left.lost, 1);
  t.deepEqual(left.done[0], mine);
  t.true(left.usage.cpuSeconds > 0);
});

async function counted<T>(
  servers: readonly Served[],
  work: () => Promise<T>,
): Promise<Watched & { done: T }> {
  const watch = await watchServers(servers);
  const done = await work();
  return { ...(await watch.end()), done };
}

/** Bytes of the layers of all apps, and the digests of all lowest layers. */
async function pullAll({ apps, servers }: Foundation) {
  const [server] = servers;
  if (server === undefined) throw new Error('There is one');
  let [all, droplets] = [0, 0];
  const bases = new Set<string>();
  for (const { name, hash } of apps) {
    const { manifest } = await pullImage(server, `cloudfoundry/${name}`, hash);
    for (const { size } of manifest.layers) all += size;
    droplets += manifest.layers.at(-1)?.size ?? 0;
    bases.add(manifest.layers[0]?.digest ?? '');
  }
  return { all, droplets, bases: [...bases] };
}

/** Of all apps, from each server. */
async function manifests({ apps }: Foundation, servers: readonly Served[]): Promise<string[][]> {
  return Promise.all(
    servers.map(async (server) => {
      const found: string[] = [];
      for (const { name, hash } of apps)
        found.push(String(await receive(adminOf(server), `/v2/cloudfoundry/${name}/manifests/${hash}`)));
      return found;
    }),
  );
}
