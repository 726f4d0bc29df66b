/**
 * Rolls in a real browser, in states that a real one takes long to reach: a stand-in answers their routes, with a real facade behind it.
 * `real-roll.test.ts` has one from its start to its end.
 */
import { testWith } from '../../helpers/test-with.ts';
import { assertAccessible, openPage } from './browser.ts';
import { startStandIn } from './rolls-stand-in.ts';
import { sharedStage } from './stage.ts';
import { stack } from './world.ts';

const chromiumTest = testWith('chromium');
const begin = sharedStage();

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
    await page.reload();
    await panel.getByText(phase).waitFor();
    for (const label of labels) {
      const order = label.toLowerCase();
      standIn.orders.length = 0;
      await panel.getByRole('button', { name: label }).click();
      await dialog.getByText(`Roll r-7 would ${order}.`).waitFor();
      const trial = { order, roll: 'r-7', dryRun: true };
      t.deepEqual(standIn.orders, [trial]);
      await dialog.getByRole('button', { name: label }).click();
      await dialog.waitFor({ state: 'detached' });
      const wave = order === 'approve' ? { wave: 'tenth' } : {};
      t.deepEqual(standIn.orders, [trial, { order, roll: 'r-7', ...wave }]);
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
  t.deepEqual(standIn.orders, [{ order: 'abort', roll: 'r-7', dryRun: true }]);
});

chromiumTest('while the cluster does not answer, rolls are as they were, and it is said why', async (t) => {
  const { browser, world } = await begin();
  const standIn = await startStandIn(t, world.url);
  standIn.away = 'Cannot list stacks: the API server does not answer';
  const { page, go, complaints } = await openPage(t, browser, standIn.url);
  for (const [hash, heading] of [
    ['', 'Overview'],
    [`#/stacks/${stack}`, stack],
  ] as const) {
    await go(hash, heading);
    await page.getByRole('alert').getByText('Rolls: Cannot list stacks').waitFor();
    await page
      .getByRole('region', { name: `Roll of ${stack}` })
      .getByText('Halted')
      .waitFor();
  }
  standIn.away = undefined;
  await page.getByText('Rolls: Cannot list stacks').waitFor({ state: 'detached' });
  t.deepEqual(complaints, []);
});

chromiumTest('a Stack that the facade cannot read is told, and hides no other', async (t) => {
  const { browser, world } = await begin();
  const standIn = await startStandIn(t, world.url);
  standIn.unreadable = [{ stack: 'windows', why: 'status.roll: Unrecognized key: "weather"' }];
  const { page, go, complaints } = await openPage(t, browser, standIn.url);
  await go('', 'Overview');
  await page.getByRole('alert').getByText('Roll of windows: status.roll: Unrecognized key').waitFor();
  await page
    .getByRole('region', { name: `Roll of ${stack}` })
    .getByText('Halted')
    .waitFor();
  await assertAccessible(t, page, 'unreadable');
  t.deepEqual(complaints, []);
});
