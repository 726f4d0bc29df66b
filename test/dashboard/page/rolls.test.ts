/** Rolls in a real browser: shown and driven by routes that a stand-in answers, with a real facade behind it. */
import test from 'ava';
import type { Browser } from 'playwright-core';
import { testWith } from '../../helpers/test-with.ts';
import { assertAccessible, openPage, startBrowser } from './browser.ts';
import { startStandIn } from './rolls-stand-in.ts';
import { newer, stack, startWorld, type World } from './world.ts';

const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

const chromiumTest = testWith('chromium');

let begun: Promise<{ browser: Browser; world: World }> | undefined;
const begin = () => (begun ??= start());
async function start() {
  const [browser, world] = await Promise.all([startBrowser(ends), startWorld(ends)]);
  return { browser, world };
}

for (const colorScheme of ['light', 'dark'] as const) {
  chromiumTest(
    `a roll is shown with its waves, failures and reasons, in ${colorScheme} colours`,
    async (t) => {
      const { browser, world } = await begin();
      const { url } = await startStandIn(t, world.url);
      const { page, go, complaints } = await openPage(t, browser, url, { colorScheme });
      for (const [hash, heading] of [
        ['', 'Overview'],
        [`#/stacks/${stack}`, stack],
      ] as const) {
        await go(hash, heading);
        const panel = page.getByRole('region', { name: `Roll of ${stack}` });
        for (const text of [
          'Halted',
          'more than the budget of 3',
          'over, approved by admin',
          '2,690',
          '36,000',
          '4 failures',
        ])
          await panel.getByText(text).first().waitFor();
        t.is(await panel.getByText('cannot open shared object file').count(), 4);
        await assertAccessible(t, page, hash);
      }
      t.deepEqual(complaints, []);
    },
  );
}

chromiumTest('each order says what it will do, and is given only when that is confirmed', async (t) => {
  const { browser, world } = await begin();
  const standIn = await startStandIn(t, world.url);
  const { page, go, complaints } = await openPage(t, browser, standIn.url);
  await go('', 'Overview');
  const panel = page.getByRole('region', { name: `Roll of ${stack}` });
  const dialog = page.getByRole('dialog');
  const stages = {
    Halted: ['Resume', 'Abort', 'Undo'],
    AwaitingApproval: ['Approve'],
    Rolling: ['Pause'],
  } as const;
  for (const [phase, labels] of Object.entries(stages)) {
    standIn.report = { ...standIn.report, phase: phase as keyof typeof stages };
    await panel.getByText(phase).waitFor();
    for (const label of labels) {
      const order = label.toLowerCase();
      standIn.orders.length = 0;
      await panel.getByRole('button', { name: label }).click();
      await dialog.getByText(`Roll r-7 would ${order}.`).waitFor();
      t.deepEqual(standIn.orders, [{ order, dryRun: true }]);
      await dialog.getByRole('button', { name: label }).click();
      await dialog.waitFor({ state: 'detached' });
      t.deepEqual(standIn.orders, [{ order, dryRun: true }, { order }]);
    }
  }
  t.deepEqual(complaints, []);
});

chromiumTest('an order that makes no sense is explained, and nothing is done', async (t) => {
  const { browser, world } = await begin();
  const standIn = await startStandIn(t, world.url);
  standIn.refuse('Roll r-7 was told to end already: see its status');
  const { page, go } = await openPage(t, browser, standIn.url);
  await go(`#/stacks/${stack}`, stack);
  await page.getByRole('button', { name: 'Abort' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('was told to end already').waitFor();
  t.is(await dialog.getByRole('button', { name: 'Abort' }).count(), 0);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
  t.deepEqual(standIn.orders, [{ order: 'abort', dryRun: true }]);
});

chromiumTest('a roll to a version is begun from the list of versions', async (t) => {
  const { browser, world } = await begin();
  const standIn = await startStandIn(t, world.url);
  const { page, go, complaints } = await openPage(t, browser, standIn.url);
  await go(`#/stacks/${stack}`, stack);
  await page.getByRole('row', { name: newer }).getByRole('button', { name: 'Roll to it' }).click();
  const dialog = page.getByRole('dialog', { name: 'Start a roll?' });
  await dialog.getByText(`would start${newer}`).waitFor();
  await dialog.getByRole('button', { name: 'Roll to it' }).click();
  await dialog.waitFor({ state: 'detached' });
  t.deepEqual(standIn.orders, [
    { order: 'start', version: newer, dryRun: true },
    { order: 'start', version: newer },
  ]);
  t.deepEqual(complaints, []);
});
