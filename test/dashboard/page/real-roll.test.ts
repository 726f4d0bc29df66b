/** A roll from a browser, with a real facade, API server and patcher; the nodes are simulated. */
import { foundation } from '../../helpers/kubernetes/foundation.ts';
import { grantStacks } from '../../helpers/kubernetes/grant-stacks.ts';
import { startServe } from '../../helpers/serve.ts';
import { testWith } from '../../helpers/test-with.ts';
import { expectRunning } from '../../rollout/expect-running.ts';
import { rolloutTools } from '../../rollout/rollout-tools.ts';
import { openPage, startBrowser } from './browser.ts';
import { stack } from './world.ts';

const withCluster = testWith('chromium', ...rolloutTools);

const [version, guids] = ['2.0', ['app-0', 'app-1', 'app-2']];

withCluster(
  'a roll is begun, paused, resumed and approved in the browser, and reaches all apps',
  async (t) => {
    const waves = [{ name: 'canary', apps: 'auto', approval: true }, { name: 'rest' }];
    const found = await foundation(t, { guids, rollout: { waves } });
    await grantStacks(found.cluster, 'operator', ['get', 'list', 'watch', 'patch']);
    found.startPatcher();
    await found.stack.until('idle', ({ phase }) => phase === 'Idle');
    const { data } = found.served();
    const kubernetes = found.cluster.kubeconfig('operator');
    const { host } = await startServe(t, { data, config: { kubernetes } });
    const { page, go, complaints } = await openPage(t, await startBrowser(t), `http://${host}`);
    await go(`#/stacks/${stack}`, stack);
    const panel = page.getByRole('region', { name: `Roll of ${stack}` });
    const give = async (within: typeof panel, label: string, said: RegExp): Promise<void> => {
      await within.getByRole('button', { name: label }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByText(said).waitFor();
      await dialog.getByRole('button', { name: label }).click();
      await dialog.waitFor({ state: 'detached' });
    };

    await give(page.getByRole('row', { name: version }), 'Roll to it', /A roll to 2\.0 begins/);
    await panel.getByText('AwaitingApproval').waitFor();
    await give(panel, 'Pause', /pauses: what is on its way arrives/);
    await panel.getByText('Paused', { exact: true }).waitFor();
    await give(panel, 'Resume', /goes on/);
    await panel.getByText('AwaitingApproval').waitFor();
    await give(panel, 'Approve', /Wave canary of roll .* is approved/);
    await panel.getByText('Completed').waitFor();
    await panel.getByText('approved by admin of dropstack').waitFor();
    await page.getByRole('link', { name: /^Receipt of / }).waitFor();

    const { roll } = await found.stack.until('completed', ({ phase }) => phase === 'Completed');
    t.is(roll?.waves[0]?.approvedBy, 'admin of dropstack');
    await expectRunning(t, found, Object.fromEntries(guids.map((guid) => [guid, [version]])));
    await go('#/activity', 'Activity');
    for (const told of [
      `start a roll of ${stack} to ${version}`,
      `approve canary of roll ${roll?.id} of ${stack}`,
    ])
      await page.getByText(told).first().waitFor();
    t.deepEqual(complaints, []);
  },
);
