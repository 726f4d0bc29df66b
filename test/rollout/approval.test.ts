/** What people say to a roll: approval, pause, and how long a wave waits. */
import { setTimeout as delay } from 'node:timers/promises';
import { foundation } from '../helpers/kubernetes/foundation.ts';
import { testWith } from '../helpers/test-with.ts';
import { expectRunning } from './expect-running.ts';
import { rolloutTools } from './rollout-tools.ts';

const withCluster = testWith(...rolloutTools);

const version = '2.0';
const guids = ['app-0', 'app-1', 'app-2', 'app-3', 'app-4', 'app-5'];

withCluster(
  'a canary waits for its approval, a pause of the spec stops all, a wave waits its time',
  async (t) => {
    const found = await foundation(t, {
      guids,
      rollout: {
        waves: [{ apps: 'auto', approval: true }, { percent: 50, pause: '8s' }, {}],
        maxInFlight: { apps: 1 },
      },
    });
    const { startPatcher, stack, running } = found;
    const moved = async () => [...(await running())].filter(([, [where]]) => where === version).length;
    startPatcher();
    await stack.until('idle', ({ phase }) => phase === 'Idle');
    await stack.ask(version);
    const { roll } = await stack.until('it waits', ({ phase }) => phase === 'AwaitingApproval');
    const canaries = await moved();
    t.is(canaries, roll?.waves[0]?.counts.apps ?? 0);
    t.true(canaries > 0 && canaries < guids.length);
    await stack.annotate({ 'dropstack.dev/approve': 'another/0' });
    await delay(3000);
    t.is((await stack.status())?.phase, 'AwaitingApproval', 'another roll was approved');
    await stack.annotate({ 'dropstack.dev/approve': `${roll?.id}/0`, 'dropstack.dev/by': 'jane' });

    await stack.until('the next wave moves', ({ roll: at }) => at?.waves[1]?.startedAt !== undefined);
    await stack.patch({ spec: { paused: true } });
    const { roll: paused } = await stack.until('paused', ({ phase }) => phase === 'Paused');
    t.is(paused?.waves[0]?.approvedBy, 'jane');
    await found.fleet.waitUntilReady();
    const standing = await moved();
    await delay(4000);
    t.is(await moved(), standing, 'paused');
    t.true(standing < guids.length);
    await stack.patch({ spec: { paused: false } });
    const completed = await stack.until('completed', ({ phase }) => phase === 'Completed');
    t.is(completed.message, '6 of 6 apps run 2.0');
    const [, half, rest] = completed.roll?.waves ?? [];
    const waited = Date.parse(rest?.startedAt ?? '') - Date.parse(half?.settledAt ?? '');
    t.true(waited >= 8000, `the last wave began ${waited} ms after the one before had settled`);
    await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, [version]])));
  },
);
