/** Each view, in a real browser against a real facade: what it shows, to whom, in which colours. */
import { testWith } from '../../helpers/test-with.ts';
import { assertAccessible, openPage } from './browser.ts';
import { sharedStage } from './stage.ts';
import { library, newer, older, stack, users, type World } from './world.ts';

const chromiumTest = testWith('chromium');
const begin = sharedStage();

/** Each view with its heading, and what it tells. */
function views({
  apps,
  droplet,
  stored,
  refused,
}: World): [hash: string, heading: string, tells: string[]][] {
  const [app = ''] = apps;
  return [
    ['', 'Overview', [`Promoted ${older}`, '11 apps', '3 apps', 'Conversions', 'Stores', 'Well']],
    [
      `#/stacks/${stack}`,
      stack,
      [older, newer, 'promoted', 'no access to Kubernetes', 'No roll has left any'],
    ],
    [
      `#/stacks/${stack}/diff/${older}/${newer}`,
      stack,
      [library, 'libssl3', 'upgraded', 'downgraded', 'removed', 'added'],
    ],
    [`#/apps/${app}`, app, [droplet, 'converted']],
    [
      `#/apps/${app}/${droplet}`,
      app,
      ['shared with other apps', "the app's own", `over ${stack} ${newer}`, 'cat hello.txt'],
    ],
    [`#/apps/${stored.guid}/${stored.hash}`, stored.guid, ['stored', 'never pulled']],
    ['#/apps/nobody', 'nobody', ['No source has a droplet of nobody']],
    ['#/refused', 'Refused droplets', [refused, 'gzip']],
    ['#/activity', 'Activity', [`promote ${stack} ${older}`, `place 3 apps of ${stack}`]],
    ['#/elsewhere/at/all', 'Nothing here', ['The overview']],
  ];
}

for (const colorScheme of ['light', 'dark'] as const) {
  chromiumTest(`each view tells what it must, in ${colorScheme} colours`, async (t) => {
    const { browser, world } = await begin();
    const { page, go, complaints } = await openPage(t, browser, world.url, { colorScheme });
    for (const [hash, heading, tells] of views(world)) {
      await go(hash, heading);
      for (const text of tells)
        await page.getByRole('main').getByText(text).filter({ visible: true }).first().waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await assertAccessible(t, page, `${colorScheme} ${hash}`);
    }
    t.deepEqual(complaints, []);
  });
}

chromiumTest('a narrow screen shows all views without scrolling sideways', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url, {
    viewport: { width: 360, height: 700 },
  });
  for (const [hash, heading, [first = '']] of views(world)) {
    await go(hash, heading);
    await page.getByRole('main').getByText(first).first().waitFor();
    t.true(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), hash);
  }
  t.deepEqual(complaints, []);
});

chromiumTest('who is no operator sees the page, and why it shows nothing', async (t) => {
  const { browser, world } = await begin();
  const { page, go } = await openPage(t, browser, world.url, { httpCredentials: users.node });
  await go('', 'Overview');
  await page.getByText('User kubelet lacks the role admin').first().waitFor();
  await page.getByText('You may not hear what happens').waitFor();
  t.pass();
});
