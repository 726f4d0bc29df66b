/** Ways back that begin by themselves, and while pods are stuck, over a real API server, a real facade, and simulated nodes. */
import { setTimeout as delay } from 'node:timers/promises';
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { all, bad, badGuids, good, recordOf, undone, version } from './bad-apps.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

withCluster(
  'a roll beyond its budget rolls back by itself, and is tried again on request alone',
  async (t) => {
    const guids = [...badGuids, ...good];
    const found = await foundation(t, {
      guids,
      rules: bad,
      rollout: {
        waves: [{}],
        onFailure: 'rollback',
        failureBudget: { count: 1, percent: 0 },
        progressDeadlineSeconds: 10,
      },
    });
    const { startPatcher, stack, nodes } = found;
    const patcher = startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');
    await stack.ask(version);
    const { history, roll } = await stack.until('back', ({ phase }) => phase === 'RolledBack', 120);
    const outcomes = history.map(({ kind, outcome }) => `${kind} ${outcome}`);
    t.deepEqual(outcomes, ['undo Completed', 'roll RolledBack'], patcher.log());
    await expectRunning(t, found, all(guids, '1.0', 1));
    t.deepEqual(await recordOf(found), { promoted: '1.0', placements: {} });

    await nodes.behave([]);
    await delay(3000);
    t.is((await stack.status())?.phase, 'RolledBack', 'it is not tried again by itself');
    await stack.annotate({ 'dropstack.dev/retry': roll?.id ?? '' });
    await stack.until('completed', ({ phase }) => phase === 'Completed', 120);
    await expectRunning(t, found, all(guids, '2.0', 1));
    t.deepEqual(await recordOf(found), { promoted: '2.0', placements: {} });
  },
);

withCluster('undone while its pods cannot be pulled, an app does not wait for its back-off', async (t) => {
  t.timeout(240_000);
  const found = await foundation(t, {
    guids: ['bad-pull', 'good-0'],
    rules: bad,
    hurry: 1,
    rollout: { waves: [{}], progressDeadlineSeconds: 300 },
  });
  const { startPatcher, stack, pods } = found;
  const pod = async () => (await pods()).find(({ metadata }) => metadata.name === 'bad-pull-0');
  startPatcher();
  await stack.until('idle', ({ phase }) => phase === 'Idle');
  await stack.ask(version);
  const { roll } = await stack.until('one is done', ({ roll: at }) => at?.counts.done === 1);
  let stuck = await pod();
  for (const end = Date.now() + 60_000; Date.now() < end; await delay(100)) {
    stuck = await pod();
    if (stuck?.status.containerStatuses?.[0]?.state.waiting?.reason === 'ImagePullBackOff') break;
  }
  await undone(stack, roll?.id);
  await expectRunning(t, found, { 'bad-pull': ['1.0'], 'good-0': ['1.0'] });
  t.not((await pod())?.metadata.uid, stuck?.metadata.uid);
});
