/** Rolls while the facade is away. */
import { setTimeout as delay } from 'node:timers/promises';
import { stallOf } from '../../src/rollout/stack/stall-of.ts';
import type { StackStatus } from '../../src/rollout/stack/status.ts';
import { foundation, type Foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';
import { until } from './simulated-world.ts';

const withCluster = testWith(...rolloutTools);
const guids = appNames(8);
const deadline = 15;
const rollout = { progressDeadlineSeconds: deadline, maxInFlight: { apps: 2 } };

withCluster('the facade goes away in a wave: the Stack says so, and nobody is charged', async (t) => {
  const found = await foundation(t, { guids, instances: 2, rollout, hurry: 100 });
  const { stack, startPatcher, served, serveAgain, api, fleet } = found;
  const patcher = startPatcher();
  await stack.ask('2.0');
  await stack.until('2 apps done', (status) => (status.roll?.counts.done ?? 0) >= 2);
  await stack.until('one is on its way', (status) => (status.roll?.counts.moving ?? 0) >= 1);
  served().kill('SIGKILL');
  await served().ended;
  // Drained meanwhile, one of each: among them some that are on their way.
  for (const guid of guids)
    await api.send('DELETE', `/api/v1/namespaces/${fleet.namespace}/pods/${guid}-0`, { body: {} });
  const status = await stack.until('stalled', (now) => stallOf(now) !== undefined, 60);
  t.regex(stallOf(status) ?? '', /ECONNREFUSED/);
  await until('pods cannot be pulled', async () => (await waiting(found)) > 1 || undefined);
  await delay((deadline + 10) * 1000);
  await serveAgain();
  await stack.until('stalled no more', (now) => stallOf(now) === undefined, 60);
  await requireWhole(t, found, patcher.log);
});

withCluster('the facade is restarted in a wave, again and again', async (t) => {
  const found = await foundation(t, { guids, instances: 2, rollout });
  const { stack, startPatcher, served, serveAgain } = found;
  served().kill('SIGKILL');
  await served().ended;
  const patcher = startPatcher();
  await patcher.logged(/Cannot reach the facade/);
  await serveAgain();
  await stack.ask('2.0');
  for (let done = 0; done < 5; done++) {
    await stack.until(`${done} apps done`, (status) => (status.roll?.counts.done ?? 0) >= done);
    served().kill('SIGKILL');
    await served().ended;
    await serveAgain();
  }
  t.not((await stack.status())?.phase, 'Completed');
  await requireWhole(t, found, patcher.log);
});

async function waiting({ pods }: Foundation): Promise<number> {
  const found = (await pods()) as {
    status: { containerStatuses?: { state?: { waiting?: { reason: string } } }[] };
  }[];
  const reasons = found.map(({ status }) => status.containerStatuses?.[0]?.state?.waiting?.reason);
  return reasons.filter((reason) => reason === 'ImagePullBackOff').length;
}

async function requireWhole(
  t: Parameters<typeof expectRunning>[0],
  found: Foundation,
  log: () => string,
): Promise<void> {
  const { roll, phase } = await found.stack.until('completed', isOver, 180);
  t.deepEqual([phase, roll?.failures, roll?.counts.done], ['Completed', [], guids.length], log());
  await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, ['2.0', '2.0']])));
}

function isOver({ phase }: StackStatus): boolean {
  return phase === 'Completed' || phase === 'Halted';
}
