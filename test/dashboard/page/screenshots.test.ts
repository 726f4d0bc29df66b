/** The pictures in docs/dashboard.md. `UPDATE_DOCS=1` takes them anew. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { testWith } from '../../helpers/test-with.ts';
import { openPage, startBrowser } from './browser.ts';
import { startStandIn } from './rolls-stand-in.ts';
import { newer, older, stack, startWorld, users, type World } from './world.ts';

const docs = join(import.meta.dirname, '../../../docs');
const longestPicture = 150_000;
const isUpdate = process.env['UPDATE_DOCS'] === '1';

type Picture = {
  name: string;
  hash: (world: World) => string;
  heading: (world: World) => string;
  shows: string;
  colorScheme?: 'dark';
};

const pictures: readonly Picture[] = [
  { name: 'overview', hash: () => '', heading: () => 'Overview', shows: '11 apps' },
  {
    name: 'roll',
    hash: () => `#/stacks/${stack}`,
    heading: () => stack,
    shows: '4 failures',
    colorScheme: 'dark',
  },
  {
    name: 'diff',
    hash: () => `#/stacks/${stack}/diff/${older}/${newer}`,
    heading: () => stack,
    shows: 'upgraded',
  },
  {
    name: 'droplet',
    hash: ({ apps, droplet }) => `#/apps/${apps[0]}/${droplet}`,
    heading: ({ apps }) => apps[0] ?? '',
    shows: "the app's own",
  },
];

test('the pictures are there, are small, and are all shown', async (t) => {
  const text = await readFile(join(docs, 'dashboard.md'), 'utf8');
  const shown = [...text.matchAll(/!\[[^\]]+\]\(images\/dashboard-(\w+)\.png\)/g)].map(([, name]) => name);
  t.deepEqual(new Set(shown), new Set(pictures.map(({ name }) => name)));
  for (const { name } of pictures) {
    const { size } = await stat(fileOf(name));
    t.true(size > 1_000 && size < longestPicture, `${name} has ${size} bytes`);
  }
});

const updateTest = isUpdate ? testWith('chromium') : test.skip;

updateTest('takes them', async (t) => {
  const [browser, world] = await Promise.all([startBrowser(t), startWorld(t)]);
  const { url } = await startStandIn(t, world.url);
  const viewport = { width: 1120, height: 760 };
  for (const { name, hash, heading, shows, colorScheme = 'light' } of pictures) {
    // The roll would fill the overview.
    const { page, go } = await openPage(t, browser, name === 'overview' ? world.url : url, {
      viewport,
      colorScheme,
    });
    await go(hash(world), heading(world));
    await page.getByText(shows).filter({ visible: true }).first().waitFor();
    if (name === 'overview') await pullForAWhile(world);
    await page.screenshot({ path: fileOf(name), fullPage: name === 'overview' });
  }
  t.pass();
});

/** So that there are figures. */
async function pullForAWhile({ url, apps, droplet }: World): Promise<void> {
  const { username, password } = users.admin;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  for (let turn = 0; turn < 300; turn++) {
    const guid = apps[turn % apps.length];
    const answer = await fetch(`${url}/v2/cloudfoundry/${guid}/manifests/${droplet}`, {
      headers: { authorization },
    });
    await answer.text();
    await delay(20 + (turn % 7) * 10);
  }
}

function fileOf(name: string): string {
  return join(docs, 'images', `dashboard-${name}.png`);
}
