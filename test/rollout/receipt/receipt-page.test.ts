import test from 'ava';
import fc from 'fast-check';
import { boundedReceipt } from '../../../src/rollout/receipt/bounded-receipt.ts';
import { receiptPage } from '../../../src/rollout/receipt/receipt-page.ts';
import { receipt } from '../../../src/rollout/receipt/receipt.ts';
import { receiptOf } from './receipts.ts';

/** All that a browser takes for more than text. */
function tagsOf(page: string): string[] {
  return page.match(/<[^>]*>?/g) ?? [];
}

const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '" onload="x',
    "' x='",
    '</title><b>',
    '</style>',
    '<!--',
    '-->',
  ),
  fc.string({ unit: fc.constantFrom('<', '>', '&', '"', "'", '/', '\u0000', '\uD800', 'x') }),
);

test('whatever apps and people are called is text', (t) => {
  const expected = tagsOf(receiptPage(receiptOf('app')));
  fc.assert(
    fc.property(hostile, (name) => {
      const page = receiptPage(receiptOf(name));
      t.deepEqual(tagsOf(page), expected);
      t.false(/[^\P{Cc}\t\n\r]/u.test(page));
      t.true(page.isWellFormed());
    }),
  );
});

test('a page says what happened beside what was planned', (t) => {
  const page = receiptPage(receiptOf("R&D's <app>"));
  t.true(page.startsWith('<!doctype html>'));
  t.regex(page, /<strong>Completed<\/strong>: R&amp;D&#39;s &lt;app&gt;/);
  t.regex(page, /<td>Seconds<\/td><td>60<\/td><td>100<\/td>/);
  t.regex(page, /<td>2026-01-01T00:01:20.000Z by R&amp;D&#39;s &lt;app&gt;<\/td>/);
  t.regex(page, /<rect x="0" y="0" width="500" height="100"\/>/, 'the wave moved for half of the time');
  t.notRegex(page, /<script|https?:|url\(|@import/, 'nothing is run or fetched');
});

test('a page and a receipt of a large fleet have their bounds', (t) => {
  const large = receiptOf('x'.repeat(300), 80_000, 1000);
  const page = receiptPage(large);
  t.true(page.length < 16 * 1024 * 1024, `${page.length}`);
  t.regex(page, /And 75000 more/);
  const usual = receiptPage(receiptOf('registry.example.org/cloudfoundry/an-app', 80_000, 1000));
  t.true(usual.length < 4 * 1024 * 1024, `${usual.length}`);

  const bounded = boundedReceipt(receiptOf('an-app-of-the-usual-length', 80_000));
  t.is(bounded.pods, 80_000);
  t.is(bounded.proofs[0]?.pods.length, 10_000);
  t.deepEqual(receipt.parse(JSON.parse(JSON.stringify(bounded))), bounded);
});
