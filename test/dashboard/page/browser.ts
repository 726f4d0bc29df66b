import type { ExecutionContext } from 'ava';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { atEnd, type Owner } from '../../helpers/owner.ts';
import { toolPath } from '../../helpers/tools.ts';
import { users } from './world.ts';

/** For so long a page may take to show what is waited for, on a machine that has much to do. */
export const patienceMs = 60_000;

export async function startBrowser(owner: Owner): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: toolPath('chromium'),
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    timeout: 60_000,
  });
  atEnd(owner, () => browser.close());
  return browser;
}

export type Opened = {
  page: Page;
  /** Goes to a view, and waits for its heading. @param hash from `#` on */
  go: (hash: string, heading: string) => Promise<void>;
  /** what the browser had to say against the page: errors, and violations of its policy */
  complaints: string[];
};

/** The dashboard, as an administrator sees it. Where the test fails, it tells what the page showed then. */
export async function openPage(
  t: ExecutionContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({ httpCredentials: users.admin, ...options });
  t.teardown(() => context.close());
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  t.teardown(async () => {
    if (!t.passed) t.log(`${page.url()} shows\n${await page.innerText('body')}`);
  });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error.stack)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))",
  );
  const go = async (hash: string, heading: string): Promise<void> => {
    await page.goto(`${url}/${hash}`);
    await page
      .getByRole('heading', { level: 1, name: heading })
      .waitFor()
      .catch((cause: unknown) => {
        throw new Error(`${hash} does not show ${heading}: ${complaints.join('; ')}`, { cause });
      });
  };
  return { page, go, complaints };
}

type Found = {
  violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[];
};

/** Asserts that axe finds nothing against what the page shows at this moment. */
export async function assertAccessible(t: ExecutionContext, page: Page, what: string): Promise<void> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<Found>('axe.run()');
  const told = violations.map(({ id, help, nodes }) => [
    id,
    help,
    nodes.map((node) => `${node.html}\n${node.failureSummary}`),
  ]);
  t.deepEqual(told, [], what);
}
