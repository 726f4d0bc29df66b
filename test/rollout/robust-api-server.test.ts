/** A roll while the API server is away, which may also forget what it told watches to begin from. */
import { setTimeout as delay } from 'node:timers/promises';
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { appNames } from './app-names.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster('the API server goes away in a wave, shortly and for longer than a lease', async (t) => {
  const guids = appNames(6);
  // Kubernetes' own controllers take up to a minute until they are back.
  const rollout = { maxInFlight: { apps: 2 }, progressDeadlineSeconds: 120 };
  const found = await foundation(t, { guids, instances: 2, rollout });
  const { stack, startPatcher, cluster } = found;
  const patcher = startPatcher();
  await stack.ask('2.0');
  for (const [done, seconds] of [
    [2, 4],
    [4, 20],
  ] as const) {
    await stack.until(`${done} apps done`, (status) => (status.roll?.counts.done ?? 0) >= done);
    await cluster.parts.apiServer.kill();
    await delay(seconds * 1000);
    await cluster.parts.apiServer.start();
    t.is((await stack.status())?.phase, 'Rolling');
  }
  const { roll } = await stack.until('completed', ({ phase }) => phase === 'Completed');
  t.deepEqual([roll?.failures, roll?.counts.done], [[], guids.length], patcher.log());
  await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, ['2.0', '2.0']])));
  t.regex(patcher.log(), /"msg":"leading no more"/);
});
