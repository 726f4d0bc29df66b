/** Apps that live on while they are rolled: scaled, updated, deleted, created, drained. */
import { setTimeout as delay } from 'node:timers/promises';
import { chance } from '../helpers/chance.ts';
import { fleetDroplets } from '../helpers/kubernetes/fleet-droplets.ts';
import { createFleet } from '../helpers/kubernetes/fleet.ts';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { podHistory } from '../helpers/kubernetes/pod-history.ts';
import { ApiError, strategicMerge } from '../helpers/kubernetes/simulated-api.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';
import { until } from './simulated-world.ts';

const withCluster = testWith(...rolloutTools);

withCluster('apps are scaled, updated, deleted and created in mid-roll', async (t) => {
  const guids = appNames(10);
  const [deleted, lasting] = [guids.slice(0, 2), guids.slice(2)];
  const rollout = { maxInFlight: { apps: 2 }, waves: [{ percent: 40, approval: true }, { percent: 30 }, {}] };
  const found = await foundation(t, { guids, instances: 2, rollout });
  const { stack, startPatcher, running, source, api } = found;
  const history = await podHistory(found);
  const patcher = startPatcher();
  await stack.ask('2.0');
  const begun = await stack.until('under way', ({ roll }) => (roll?.counts.moving ?? 0) > 0);
  const random = chance(t);
  const pick = (): string => lasting[Math.floor(random() * lasting.length)] ?? '';
  const replicas = new Map(lasting.map((guid) => [guid, 2]));
  const create = async (guid: string): Promise<void> => {
    const apps = await fleetDroplets(source, 'registry.test', [guid]);
    await createFleet(api, { apps, instances: 1 });
    replicas.set(guid, 1);
  };
  const events: Record<number, () => Promise<void>> = {
    4: () => create('new-early'),
    6: async () => {
      await until('it runs', async () => (await running()).get('new-early')?.includes('1.0') || undefined);
      await stack.annotate({ 'dropstack.dev/approve': `${begun.roll?.id}/0` });
    },
    8: () => change(found, deleted[0]),
    12: () => change(found, deleted[1]),
    16: () => create('new-later'),
  };
  for (let nth = 0; nth < 24; nth++, await delay(500)) {
    await events[nth]?.();
    const guid = pick();
    if (nth % 2 === 0) replicas.set(guid, 1 + Math.floor(random() * 3));
    await change(found, guid, nth % 2 === 0 ? { replicas: replicas.get(guid) } : template(nth));
  }
  t.log((await stack.status())?.message);
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 180);
  t.deepEqual(roll?.failures, [], patcher.log());
  await expectRunning(
    t,
    found,
    Object.fromEntries([...replicas].map(([guid, count]) => [guid, Array<string>(count).fill('2.0')])),
  );
  const sights = await history.sights();
  t.deepEqual(
    sights.filter(({ version, tag }) => version === '2.0' && tag !== '2.0'),
    [],
  );
  const first = sights.find(({ guid }) => guid === 'new-early');
  t.is(first?.version, '1.0', 'it came before the promotion');
});

withCluster('pods that end by themselves keep the version of their app until its wave', async (t) => {
  const guids = appNames(10);
  const instances = 2;
  const rollout = { maxInFlight: { apps: 1 }, waves: [{ percent: 30 }, { percent: 40 }, {}] };
  const found = await foundation(t, { guids, instances, rollout });
  const { stack, startPatcher, api, fleet } = found;
  const history = await podHistory(found);
  startPatcher();
  await stack.ask('2.0');
  const random = chance(t);
  for (let isOver = false; !isOver; await delay(600)) {
    const guid = guids[Math.floor(random() * guids.length)] ?? '';
    const name = `${guid}-${Math.floor(random() * instances)}`;
    await ifThere(api.send('DELETE', `/api/v1/namespaces/${fleet.namespace}/pods/${name}`, { body: {} }));
    const { roll, phase } = (await stack.status()) ?? {};
    isOver = phase === 'Completed' || (roll?.counts.done ?? 0) >= guids.length - 1;
  }
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 180);
  t.deepEqual([roll?.failures, roll?.counts.done], [[], guids.length]);
  await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, ['2.0', '2.0']])));
  const sights = await history.sights();
  t.deepEqual(
    sights.filter(({ version, tag }) => version === '2.0' && tag !== '2.0'),
    [],
  );
  const again = sights.filter(({ version }) => version === '1.0').length - instances * guids.length;
  t.log(`${again} pods came again over 1.0`);
  t.true(again >= 5, 'pods of apps that wait were among them');
});

/** Deletes a workload where nothing is to change. */
async function change({ api, fleet }: Foundation, guid = '', spec?: object): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets/${guid}`;
  if (spec === undefined) await api.send('DELETE', path, { body: { propagationPolicy: 'Background' } });
  else await api.send('PATCH', path, { body: { spec }, type: strategicMerge });
}

/** As an owner updates it: labels and an environment variable of its pods. */
function template(nth: number): object {
  const containers = [{ name: 'opi', env: [{ name: 'NTH', value: String(nth) }] }];
  return { template: { metadata: { labels: { nth: `n${nth}` } }, spec: { containers } } };
}

async function ifThere(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
  }
}
