/** What people do with the dashboard, in a real browser against a real facade. */
import { fleetRule, writeFleet } from '../../helpers/fleet-records.ts';
import { listen } from '../../helpers/listen.ts';
import { testWith } from '../../helpers/test-with.ts';
import { assertAccessible, openPage } from './browser.ts';
import { sharedStage } from './stage.ts';
import { newer, older, stack } from './world.ts';

const chromiumTest = testWith('chromium');
const begin = sharedStage();

chromiumTest('a promotion says what it will do, and is done only when that is confirmed', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url);
  await go(`#/stacks/${stack}`, stack);
  const promoted = async (): Promise<unknown> => (await world.operator.rootfs.stack(stack)).promoted;
  const dialog = page.getByRole('dialog', { name: `Promote ${newer}?` });
  const promote = page.getByRole('button', { name: 'Promote' });
  await promote.click();
  await dialog.getByText(`get ${newer} instead of ${older}`).waitFor();
  await assertAccessible(t, page, 'the dialog');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  t.is(await promoted(), older);
  await promote.click();
  await dialog.getByRole('button', { name: 'Promote' }).click();
  await page.getByRole('row', { name: `${newer} promoted` }).waitFor();
  t.is(await promoted(), newer);
  await world.operator.rootfs.promote(stack, older);
  // Somebody else did: it is shown by itself.
  await page.getByRole('row', { name: `${older} promoted` }).waitFor();
  t.deepEqual(complaints, []);
});

chromiumTest('the keyboard alone leads everywhere', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url);
  const { keyboard } = page;
  const [app = ''] = world.apps;
  await go('', 'Overview');
  await keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByText('search for an app').waitFor();
  await keyboard.press('Escape');
  await page.locator('dialog').waitFor({ state: 'detached' });
  for (const [key, heading] of Object.entries({ r: 'Refused droplets', a: 'Activity', o: 'Overview' })) {
    await keyboard.press('g');
    await keyboard.press(key);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  }
  await keyboard.press('/');
  await keyboard.type(app);
  await keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: app }).waitFor();
  const link = page.getByRole('link', { name: world.droplet });
  await link.waitFor();
  for (
    let times = 0;
    times < 20 && !(await link.evaluate((element) => element === element.ownerDocument.activeElement));
    times++
  )
    await keyboard.press('Tab');
  t.not(
    await link.evaluate(
      (element) => element.ownerDocument.defaultView?.getComputedStyle(element).outlineStyle,
    ),
    'none',
  );
  await keyboard.press('Enter');
  await page.getByText('shared with other apps').first().waitFor();
  t.deepEqual(complaints, []);
});

chromiumTest('a theme that was chosen stays', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url, { colorScheme: 'light' });
  const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
  await go('', 'Overview');
  const light = await ground();
  await page.getByRole('combobox', { name: 'Theme' }).selectOption('dark');
  const dark = await ground();
  t.not(dark, light);
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  t.is(await ground(), dark);
  await page.keyboard.press('t');
  t.is(await ground(), light);
  t.deepEqual(complaints, []);
});

chromiumTest('a droplet that nobody has pulled is converted when somebody wants it', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url);
  const { guid, hash } = world.stored;
  await go(`#/apps/${guid}/${hash}`, guid);
  await page.getByRole('button', { name: 'Convert it' }).click();
  await page.getByText('shared with other apps').first().waitFor();
  await page.getByText('converted', { exact: true }).waitFor();
  t.is((await world.operator.droplets.get(guid, hash)).state, 'converted');
  t.deepEqual(complaints, []);
});

chromiumTest('figures and events come by themselves', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url);
  await go('', 'Overview');
  await page.getByText('Live', { exact: true }).waitFor();
  await world.operator.rootfs.markInUse(stack, 'some-cluster', [older]);
  await page.getByText(`mark for some-cluster what of ${stack} runs: ${older}`).waitFor();
  // The page's own requests are counted as all are.
  await page
    .locator('.tiles')
    .getByText(/[1-9]\d* of \d+ failed|0 of [1-9]\d* failed/)
    .first()
    .waitFor();
  t.is(await page.locator('.plot canvas').count(), 4);
  t.deepEqual(complaints, []);
});

chromiumTest('a thousand events that come at once are drawn together', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url);
  const events = Array.from({ length: 1_000 }, (_, nth) => {
    const data = { at: '2026-11-21T06:53:54.886Z', action: 'converted', guid: `event-${nth}`, hash: '0' };
    return `id: a-${nth}\nevent: droplet\ndata: ${JSON.stringify(data)}\n\n`;
  });
  await page.route('**/api/v1/events', (route) =>
    route.fulfill({ contentType: 'text/event-stream', body: `retry: 600000\n\n${events.join('')}` }),
  );
  await page.addInitScript(
    'window.draws = 0; new MutationObserver(() => window.draws++).observe(document, { childList: true, subtree: true, characterData: true })',
  );
  await go('#/activity', 'Activity');
  await page.getByText('convert droplet event-999').waitFor();
  t.is(await page.locator('.happenings li').count(), 50);
  t.true((await page.evaluate<number>('draws')) < 100);
  t.deepEqual(complaints, []);
});

chromiumTest('the audit log is read page by page, and a diff is searched', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url);
  const [app = ''] = world.apps;
  for (let times = 0; times < 30; times++)
    await world.operator.rootfs.place(stack, { [app]: times % 2 === 0 ? older : newer });
  await go('#/activity', 'Activity');
  const { entries } = await world.operator.audit.list({ limit: 1000 });
  const pages = Math.ceil(entries.length / 25);
  t.true(pages > 1);
  for (let at = 2; at <= pages; at++) {
    await page.getByRole('button', { name: 'Older' }).click();
    await page.getByText(`Page ${at}`).waitFor();
  }
  await page.getByText(`import ${stack} ${older}`).waitFor();
  t.true(await page.getByRole('button', { name: 'Older' }).isDisabled());
  await go(`#/stacks/${stack}/diff/${older}/${newer}`, stack);
  await page.getByRole('searchbox', { name: 'Name or change' }).fill('ssl');
  await page.getByRole('row', { name: 'curl' }).waitFor({ state: 'detached' });
  t.is(await page.getByRole('region', { name: 'Changed packages' }).getByRole('row').count(), 2);
  await page.getByRole('link', { name: 'Swap' }).click();
  await page.getByRole('row', { name: 'libssl3' }).getByText('downgraded').waitFor();
  t.deepEqual(complaints, []);
});

chromiumTest('refused droplets are read page by page, and by rule', async (t) => {
  const { browser, world } = await begin();
  const { page, go, complaints } = await openPage(t, browser, world.url);
  await writeFleet(world.data, stack, { apps: 60, refused: 60 });
  const rows = page.getByRole('region', { name: 'Refused droplets' }).getByRole('row');
  await go('#/refused', 'Refused droplets');
  await page.getByRole('row', { name: world.refused }).waitFor();
  t.is(await rows.count(), 1 + 25);
  for (const place of ['Page 2 of 3', 'Page 3 of 3']) {
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText(place).waitFor();
  }
  // The last page is one of eleven: 60, and the world's own.
  await rows.nth(11).waitFor();
  await rows.nth(12).waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Rule' }).selectOption(fleetRule);
  await page.getByText('Page 1 of 3').waitFor();
  await page.getByRole('row', { name: world.refused }).waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Rule' }).selectOption('gzip');
  await page.getByRole('row', { name: world.refused }).waitFor();
  await rows.nth(2).waitFor({ state: 'detached' });
  t.is(await page.getByRole('navigation', { name: 'Pages of refused droplets' }).count(), 0);
  t.deepEqual(complaints, []);
});

chromiumTest('what fails says so, and is asked again by itself', async (t) => {
  const { browser, world } = await begin();
  const { page, go } = await openPage(t, browser, world.url);
  let failures = 0;
  await page.route('**/api/v1/refused/rules', async (route) => {
    failures += 1;
    const body = JSON.stringify({ errors: [{ code: 'UNAVAILABLE', message: 'The store does not answer' }] });
    if (failures > 2) await route.continue();
    else await route.fulfill({ status: 503, contentType: 'application/json', body });
  });
  await go('#/refused', 'Refused droplets');
  await page.getByRole('alert').getByText('The store does not answer').waitFor();
  await page.getByRole('row', { name: world.refused }).waitFor();
  t.is(await page.getByRole('alert').count(), 0);
  t.is(failures, 3);
});

chromiumTest('a page of another site changes nothing, although the browser knows the password', async (t) => {
  const { browser, world } = await begin();
  const { page, go } = await openPage(t, browser, world.url);
  await go('', 'Overview');
  const elsewhere = await listen(t, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Elsewhere</title>');
  });
  const { generation } = await world.operator.rootfs.stack(stack);
  await page.goto(`http://${elsewhere}/`);
  const target = `${world.url}/api/v1/collection`;
  const answered = page.waitForResponse((response) => response.url() === target && response.status() !== 401);
  await page.evaluate(
    `fetch(${JSON.stringify(target)}, { method: 'POST', mode: 'no-cors', credentials: 'include', body: '{}' }).catch(() => {})`,
  );
  t.is((await answered).status(), 403);
  t.is((await world.operator.rootfs.stack(stack)).generation, generation);
  const { entries } = await world.operator.audit.list({ limit: 1000 });
  t.false(entries.some(({ action }) => action === 'collect'));
});
