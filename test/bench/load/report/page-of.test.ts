import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { pageOf } from '../../../../bench/load/report/page-of.ts';
import { hostile } from './hostile.ts';
import { madeUpReport } from './made-up-report.ts';

/** All that a browser takes for more than text. */
function tagsOf(page: string): string[] {
  return (page.match(/<[^>]*>?/g) ?? []).map((tag) =>
    tag.replaceAll(/(content|datetime|aria-label)="[^"]*"/g, '$1'),
  );
}

/** What is within elements that a pattern opens. */
function within(page: string, open: RegExp, close: string): string[] {
  return page
    .split(open)
    .slice(1)
    .map((part) => part.slice(0, part.indexOf(close)));
}

test('whatever things are called is text, and the very report is in the page', async (t) => {
  const expected = tagsOf(await pageOf(madeUpReport('app')));
  await fc.assert(
    fc.asyncProperty(hostile, async (name) => {
      const report = madeUpReport(name);
      const page = await pageOf(report);
      t.deepEqual(tagsOf(page), expected);
      t.false(/[^\P{Cc}\t\n\r]/u.test(page));
      t.true(page.isWellFormed());
      const [json = ''] = within(page, /<script type="application\/json" id="report">/, '</script>');
      t.is(JSON.stringify(JSON.parse(json)), JSON.stringify(report));
    }),
    { numRuns: 40 },
  );
});

function hashesOf(texts: readonly string[]): string {
  return texts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`).join(' ');
}

test('nothing runs or is fetched but what the policy names', async (t) => {
  const page = await pageOf(madeUpReport());
  const [policy = ''] = within(page, /<meta http-equiv="Content-Security-Policy" content="/, '"');
  const scripts = within(page, /<script>/, '</script>');
  const styles = within(page, /<style>/, '</style>');
  t.deepEqual([scripts.length, styles.length], [2, 2]);
  t.deepEqual(policy.replaceAll('&#39;', "'").split('; '), [
    "default-src 'none'",
    `script-src ${hashesOf(scripts)}`,
    `style-src ${hashesOf(styles)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  for (const script of scripts) t.is(script.match(/<!--|<\/?script/i), null);
  const rest = [...scripts, ...styles].reduce((text, part) => text.replace(part, () => ''), page);
  t.deepEqual(
    rest.match(/<link|<img|https?:\/\/|url\(|@import| style=| on\w+=/g),
    null,
    'nothing refers to what is elsewhere',
  );
  t.true(page.includes('Permission is hereby granted'), 'the licence of what is inlined is with it');
});

test('a page tells all figures without its script', async (t) => {
  const page = await pageOf(madeUpReport());
  t.is(page.match(/<section id="scenario-/g)?.length, 8);
  t.is(page.match(/data-chart="/g)?.length, 48);
  t.regex(page, /<th scope="row">pull<\/th><td class="text">complete<\/td><td class="number">80,000<\/td>/);
  t.regex(
    page,
    /aria-label="Requests a second\. Over 60 seconds: on average [\d,]+, at most [\d,]+ in second \d+\."/,
  );
  t.regex(page, /<dt>aims met<\/dt><dd>2 of 3<\/dd>/);
  t.regex(page, /<span class="missed">at least 0\.9 of bare node:http: 0\.84, not met<\/span>/);
});

test('parts that a report has not are not in its page', async (t) => {
  const { workload: _, ...rest } = madeUpReport();
  const page = await pageOf({ ...rest, setup: [], scenarios: [], contest: [] });
  t.is(page.match(/<section|<table|<dl|<figure/), null);
});
