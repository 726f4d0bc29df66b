/** A patcher that is killed at any moment. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Charter } from '../../src/rollout/judge/charter.ts';
import type { Roll } from '../../src/rollout/stack/status.ts';
import { askFacade } from '../helpers/ask-facade.ts';
import { chance } from '../helpers/chance.ts';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { podHistory, type Sight } from '../helpers/kubernetes/pod-history.ts';
import { pollPods } from '../helpers/kubernetes/poll-pods.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);
const leasePath = '/apis/coordination.k8s.io/v1/namespaces/dropstack/leases/dropstack-patcher';

withCluster('a patcher that is killed again and again rolls as one that never is', async (t) => {
  const guids = appNames(10);
  const rules = [
    { guid: 'app-03', version: '2.0', neverReady: true },
    { guid: 'app-07', version: '2.0', crash: { afterMs: 2000 } },
  ];
  const bad = rules.map(({ guid }) => guid);
  const instances = 2;
  const rollout = { maxInFlight: { apps: 3 } };
  const found = await foundation(t, { guids, instances, rules, rollout });
  const { stack, startPatcher, served } = found;
  const history = await podHistory(found);
  await stack.ask('2.0');
  const kills = await killAtRandom(t, found, 8);
  t.log(`killed after ${kills.join(', ')} ms as leader`);
  const last = startPatcher();
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 240);
  t.deepEqual(roll?.failures.map(({ guid }) => guid).toSorted(), bad, last.log());
  t.is(roll?.counts.done, guids.length - bad.length);
  const ends = guids.map((guid) => [guid, Array(instances).fill(bad.includes(guid) ? '1.0' : '2.0')]);
  await expectRunning(t, found, Object.fromEntries(ends) as Record<string, string[]>);
  const record = await askFacade<{ promoted: string; placements: object }>(served(), '/stacks/cflinuxfs4');
  t.is(record.promoted, '2.0');
  t.deepEqual(record.placements, Object.fromEntries(bad.map((guid) => [guid, '1.0'])));
  for (const guid of guids) {
    const created = history.created(guid);
    // Each pod is replaced once; those of an app that fails at most twice: there, and back.
    if (bad.includes(guid)) t.true(created > instances && created <= 3 * instances, `${guid}: ${created}`);
    else t.is(created, 2 * instances, guid);
  }
  if (roll !== undefined) await requireOrder(t, found, roll, await history.sights());
});

withCluster('a patcher that is killed while apps have one pod more leaves none too many', async (t) => {
  const guids = appNames(6);
  const rules = [{ guid: 'app-02', version: '2.0', neverReady: true }];
  const rollout = { surge: true, maxInFlight: { apps: 3 } };
  const found = await foundation(t, { guids, rules, rollout });
  const { stack, startPatcher, api, fleet, over } = found;
  const polled = await Promise.all(guids.map((guid) => pollPods(api, fleet.namespace, guid, over)));
  await stack.ask('2.0');
  const kills = await killAtRandom(t, found, 6);
  t.log(`killed after ${kills.join(', ')} ms as leader`);
  const last = startPatcher();
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed', 240);
  t.deepEqual(
    roll?.failures.map(({ guid }) => guid),
    ['app-02'],
    last.log(),
  );
  const ends = guids.map((guid) => [guid, [guid === 'app-02' ? '1.0' : '2.0']] as const);
  await expectRunning(t, found, Object.fromEntries(ends));
  const path = `/apis/apps/v1/namespaces/${fleet.namespace}/statefulsets`;
  const { items } = await api.send<{ items: Surged[] }>('GET', path);
  for (const { metadata, spec } of items)
    t.deepEqual([spec.replicas, metadata.annotations], [1, undefined], metadata.name);
  t.deepEqual(
    polled.map(({ gaps }) => gaps()),
    guids.map(() => []),
    'each app had a ready pod all the time',
  );
});

type Surged = { metadata: { name: string; annotations?: object }; spec: { replicas: number } };

/** @returns how long each led before it was killed, in milliseconds */
async function killAtRandom(
  t: ExecutionContext,
  { startPatcher, api }: Foundation,
  times: number,
): Promise<number[]> {
  const random = chance(t);
  const moments: number[] = [];
  while (moments.length < times) {
    const moment = Math.round(100 + random() * 5000);
    const patcher = startPatcher();
    await patcher.logged(/"msg":"leading"/);
    await delay(moment);
    patcher.kill('SIGKILL');
    await patcher.ended;
    moments.push(moment);
    // As if it had run out.
    await api.send('DELETE', leasePath, { body: {} });
  }
  return moments;
}

/** No app ran the version before its wave, nor a wave before the one ahead of it was over. */
async function requireOrder(
  t: ExecutionContext,
  { served }: Foundation,
  { id, waves, to, failures }: Roll,
  sights: readonly Sight[],
): Promise<void> {
  const seen = sights.filter(({ version }) => version === to);
  for (const [wave, { startedAt = '' }] of waves.entries()) {
    const paper = `/stacks/cflinuxfs4/rolls/${id}/wave-${wave}.json`;
    const { entries } = await askFacade<Charter>(served(), paper);
    t.true(entries.length > 0);
    t.true(wave === 0 || (waves[wave - 1]?.finishedAt ?? '~') <= startedAt);
    for (const { guid } of entries) {
      const own = seen.filter((sight) => sight.guid === guid);
      t.true(own.length > 0, guid);
      for (const { at, pod } of own) t.true(at > Date.parse(startedAt), pod);
    }
  }
  // What fails may be placed back while its pod starts.
  const failed = new Set(failures.map(({ guid }) => guid));
  t.deepEqual(
    seen.filter(({ guid, tag }) => tag !== to && !failed.has(guid)),
    [],
  );
}
