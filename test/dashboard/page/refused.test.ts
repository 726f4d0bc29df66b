/** What somebody sees who may no longer look, and of what cannot be read. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hash as bcrypt } from '@node-rs/bcrypt';
import test from 'ava';
import type { Browser } from 'playwright-core';
import { guidStateKey } from '../../../src/droplet/states.ts';
import { entryKey } from '../../../src/operator/audit/keys.ts';
import { tempDir } from '../../helpers/temp.ts';
import { testWith } from '../../helpers/test-with.ts';
import { tinyRootfs } from '../../helpers/tiny.ts';
import { stack, startFacade } from '../../protocol/facade.ts';
import { openPage, startBrowser } from './browser.ts';
import { users } from './world.ts';

const ends = new AsyncDisposableStack();
test.after.always(() => ends.disposeAsync());

const chromiumTest = testWith('chromium');
let begun: Promise<Browser> | undefined;
const browserOfAll = () => (begun ??= startBrowser(ends));

chromiumTest('who may no longer listen is told so, and asks no more', async (t) => {
  const { username, password } = users.admin;
  const file = join(await tempDir(t), 'users');
  const setPassword = async (text: string): Promise<void> =>
    writeFile(file, `${username}:${await bcrypt(text, { cost: 4 })}\n`);
  await setPassword(password);
  const [{ url }, browser] = await Promise.all([startFacade(t, { users: file }), browserOfAll()]);
  const { page, go } = await openPage(t, browser, url);
  await page.clock.install();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await go('', 'Overview');
  await page.getByText('Live', { exact: true }).waitFor();
  await setPassword('another one');
  await page.getByText('You may not hear what happens').waitFor();
  const before = asked.filter((place) => place.endsWith('/events')).length;
  await page.clock.fastForward('05:00');
  // What came of it would come before this.
  await page.evaluate("fetch('/livez')");
  t.is(asked.filter((place) => place.endsWith('/events')).length, before);
  await setPassword(password);
  while (!(await page.reload())?.ok()) await page.waitForTimeout(100);
  await page.getByText('Live', { exact: true }).waitFor();
});

chromiumTest('an entry of the audit log that is damaged is named', async (t) => {
  const [{ url, operator, data }, browser] = await Promise.all([startFacade(t), browserOfAll()]);
  for (const one of ['one', 'two']) await operator.droplets.assignStack('some-app', one);
  const { entries } = await operator.audit.list({ limit: 10 });
  const id = entries[0]?.id ?? '';
  await writeFile(join(data, entryKey(id)), '{');
  const { page, go, complaints } = await openPage(t, browser, url);
  await go('#/activity', 'Activity');
  await page.getByText(`cannot be shown: ${id}`).waitFor();
  t.is(await page.getByRole('region', { name: 'Table of changes' }).getByRole('row').count(), 2);
  await writeFile(join(data, entryKey(entries[1]?.id ?? '')), '{');
  await page.reload();
  await page.getByText(`cannot be shown: ${id}, ${entries[1]?.id}`).waitFor();
  t.is(await page.getByText('Nothing was changed').count(), 0);
  t.deepEqual(complaints, []);
});

chromiumTest('why apps cannot be counted is told', async (t) => {
  const [{ url, operator, data }, browser] = await Promise.all([startFacade(t), browserOfAll()]);
  await operator.rootfs.import(stack, '1', await tinyRootfs(t, 'one'), {});
  await operator.droplets.assignStack('some-app', stack);
  await writeFile(join(data, guidStateKey('some-app')), '{');
  const { page, go } = await openPage(t, browser, url);
  for (const [hash, heading] of [
    ['', 'Overview'],
    [`#/stacks/${stack}`, stack],
  ] as const) {
    await go(hash, heading);
    await page.getByText(`${guidStateKey('some-app')} in the store cannot be read`).waitFor();
    t.is(await page.getByText('being counted').count(), 0);
  }
});
