/** Disruption budgets: those that allow none for the moment slow a roll, those that never do are told of. */
import { setTimeout as delay } from 'node:timers/promises';
import type { RolloutPlan } from '../../src/rollout/plan/plan.ts';
import { basic } from '../helpers/basic.ts';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { pollPods } from '../helpers/kubernetes/poll-pods.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';

withCluster(
  'a budget holds up its own app alone, charges nobody, and is told of where it can never allow any',
  async (t) => {
    const guids = ['free-0', 'free-1', 'never-0', 'pair-0', 'pair-1', 'twice-0'];
    const found = await foundation(t, {
      guids,
      rollout: { waves: [{ approval: true }], progressDeadlineSeconds: 10 },
    });
    const { startPatcher, stack, nodes, served, pods } = found;
    await budgets(found, {
      // One instance, and never one less.
      'never-0': { minAvailable: 1, selector: selecting('never-0') },
      // The one that is unready uses up what both may miss.
      'pair-both': { maxUnavailable: 1, selector: selecting('pair-0', 'pair-1') },
      // A pod that two of them cover is never evicted.
      'twice-a': { maxUnavailable: 1, selector: selecting('twice-0') },
      'twice-b': { maxUnavailable: 1, selector: selecting('twice-0') },
    });
    await nodes.behave([{ guid: 'pair-1', neverReady: true }]);
    await remove(found, 'pair-1-0');
    await until('the budget is used up', async () => (await allowed(found, 'pair-both')) === 0);
    await until('it has been unready for a while', async () => {
      const pod = (await pods()).find(({ metadata }) => metadata.name === 'pair-1-0');
      return Date.now() - Date.parse(pod?.metadata.creationTimestamp ?? '') > 8000;
    });

    const patcher = startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');
    await stack.ask(version);
    const slow = await stack.until('the others are done', ({ roll }) => roll?.counts.done === 3);
    t.deepEqual(slow.roll?.failures, []);
    const waits = await stack.until('they are waited for', ({ phase }) => phase === 'AwaitingApproval');
    t.like(waits.roll?.counts, { apps: 6, done: 3, failed: 0, skipped: 3 }, patcher.log());
    await expectRunning(t, found, {
      'free-0': [version],
      'free-1': [version],
      'never-0': ['1.0'],
      'pair-0': ['1.0'],
      'pair-1': [version],
      'twice-0': ['1.0'],
    });
    const { obstacles } = await planOf(found, waits.roll?.id ?? '');
    t.deepEqual(obstacles.list, [
      { guid: 'never-0', reason: 'disruption budget never-0 can never let a pod go' },
      { guid: 'twice-0', reason: 'disruption budgets twice-a and twice-b both select its pods' },
    ]);

    await nodes.behave([]);
    await remove(found, 'pair-1-0');
    await stack.until('it went on', ({ roll }) => roll?.counts.done === 4);
    await stack.annotate({ 'dropstack.dev/approve': `${waits.roll?.id}/0` });
    const { message, roll } = await stack.until('completed', ({ phase }) => phase === 'Completed');
    t.is(message, '4 of 6 apps run 2.0, 2 cannot be moved');
    t.deepEqual(roll?.failures, []);
    await expectRunning(t, found, { 'never-0': ['1.0'], 'pair-0': [version], 'twice-0': ['1.0'] });
    const { placements } = await served().ask<{ placements: object }>('rootfs', 'show', 'cflinuxfs4');
    t.deepEqual(placements, { 'never-0': '1.0', 'twice-0': '1.0' });
  },
);

withCluster('two instances under a budget are never both away', async (t) => {
  const guids = ['two-0', 'two-1', 'two-2', 'two-3'];
  const found = await foundation(t, {
    guids,
    instances: 2,
    budgets: true,
    stopMs: 500,
    rollout: { waves: [{}] },
  });
  const { api, fleet, startPatcher, stack } = found;
  const over = new AbortController();
  t.teardown(() => over.abort());
  const polled = await Promise.all(guids.map((guid) => pollPods(api, fleet.namespace, guid, over.signal)));
  startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  await stack.ask(version);
  const { message } = await stack.until('completed', ({ phase }) => phase === 'Completed');
  t.is(message, '4 of 4 apps run 2.0');
  await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, [version, version]])));
  for (const { gaps } of polled) t.deepEqual(gaps(), []);
});

function selecting(...guids: string[]): object {
  return { matchExpressions: [{ key: 'cloudfoundry.org/guid', operator: 'In', values: guids }] };
}

/** Creates them, and waits until each has been reckoned. */
async function budgets(found: Foundation, specs: Readonly<Record<string, object>>): Promise<void> {
  const { cluster, fleet } = found;
  const objects = Object.entries(specs).map(([name, spec]) => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: fleet.namespace },
    spec,
  }));
  await cluster.apply(...objects);
  for (const name of Object.keys(specs))
    await until(`budget ${name} counts its pods`, async () => (await allowed(found, name)) !== undefined);
}

/** How many pods may go; undefined until that was reckoned. */
async function allowed({ api, fleet }: Foundation, name: string): Promise<number | undefined> {
  type Status = { status?: { expectedPods?: number; disruptionsAllowed?: number } };
  const path = `/apis/policy/v1/namespaces/${fleet.namespace}/poddisruptionbudgets/${name}`;
  const { status } = await api.send<Status>('GET', path);
  return (status?.expectedPods ?? 0) === 0 ? undefined : status?.disruptionsAllowed;
}

async function remove({ api, fleet }: Foundation, pod: string): Promise<void> {
  await api.send('DELETE', `/api/v1/namespaces/${fleet.namespace}/pods/${pod}`, { body: {} });
}

async function planOf({ served }: Foundation, roll: string): Promise<RolloutPlan> {
  const { host, admin } = served();
  const answer = await fetch(`http://${host}/api/v1/stacks/cflinuxfs4/rolls/${roll}/plan.json`, {
    headers: { authorization: basic(admin) },
  });
  return (await answer.json()) as RolloutPlan;
}

async function until(what: string, fits: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await fits()); await delay(100))
    if (Date.now() > end) throw new Error(`Not within a minute: ${what}`);
}
